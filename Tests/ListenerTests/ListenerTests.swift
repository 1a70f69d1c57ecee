import Foundation
import Hummingbird
import Listener
import Logging
import NIOCore
import Testing

@Suite struct OriginTests {
    @Test(arguments: [
        ("127.0.0.1", ""), ("127.8.0.9", ""), ("::1", ""), ("::ffff:127.0.0.1", ""), ("10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "20:1:d:b8:0:1:0:2"), ("2001:db8:1:2::9", "20:1:d:b8:0:1:0:2"), ("2001:db8:1:3::9", "20:1:d:b8:0:1:0:3"),
    ])
    func aSenderIsKnownByItsAddress(_ address: String, _ origin: String) throws {
        #expect(Connections.origin(try SocketAddress(ipAddress: address, port: 1)) == origin)
    }

    @Test func aSocketOfThisMachineHasNone() throws {
        #expect(Connections.origin(try SocketAddress(unixDomainSocketPath: "/a")) == "" && Connections.origin(nil) == "")
    }

    @Test func thereIsRoomForFilesBesideConnections() {
        #expect((64...ListenerLimits.descriptors()).contains(ListenerLimits().connections))
    }
}

/// A server within limits of seconds, and readers of its one long answer.
@Suite struct SlowReaderTests {
    private static let length = 12 << 20

    /// Asks for the long answer and takes so many bytes of it every 50 ms; answers how many came before the other end closed, or all.
    private func read(port: Int, atOnce: Int) async throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var small: Int32 = 65_536
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &small, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        #expect(status == 0)
        let asked = Array("GET /long HTTP/1.1\r\nHost: here\r\n\r\n".utf8)
        #expect(send(descriptor, asked, asked.count, Int32(MSG_NOSIGNAL)) == asked.count)
        var (count, buffer) = (0, [UInt8](repeating: 0, count: atOnce))
        for _ in 0..<12_000 {
            try await Task.sleep(for: .milliseconds(50))
            var got = recv(descriptor, &buffer, atOnce, Int32(MSG_DONTWAIT))
            if got == 0 || got < 0 && errno != EAGAIN { return count }
            got = max(got, 0)
            count += got
            if count >= Self.length { return count }
        }
        return count
    }

    private func withServer(_ limits: ListenerLimits, _ body: (Int) async throws -> Void) async throws {
        let router = Router()
        router.get("long") { _, _ in Response(status: .ok, body: .init(byteBuffer: ByteBuffer(repeating: 0x61, count: Self.length))) }
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let server = Application(
            router: router, server: .limited(limits, logger: logger), configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.yield($0.localAddress?.port ?? 0) }, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.runService(gracefulShutdownSignals: []) }
            var found = ports.makeAsyncIterator()
            let number = try #require(await found.next())
            try await body(number)
            group.cancelAll()
            do { try await group.waitForAll() } catch is CancellationError {}
        }
    }

    /// An answer that takes longer than the time between two requests: whoever goes on reading gets all of it. (How long nothing may move
    /// stays as it is: the system takes answers in steps of megabytes, and a machine under load is slow between two of them.)
    @Test func whoeverReadsSlowlyGetsEverything() async throws {
        var limits = ListenerLimits(connections: 100)
        limits.idle = .seconds(2)
        try await withServer(limits) { port in
            let count = try await read(port: port, atOnce: 48 << 10)
            #expect(count >= Self.length)
        }
    }
}
