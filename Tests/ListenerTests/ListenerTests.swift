import Listener
import NIOCore
import Testing

@Suite struct OriginTests {
    @Test(arguments: [
        ("127.0.0.1", ""), ("127.8.0.9", ""), ("::1", ""), ("::ffff:127.0.0.1", ""), ("10.0.0.1", "10.0.0.1"), ("::ffff:10.0.0.1", "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "20:1:d:b8:0:1:0:2"), ("2001:db8:1:2::9", "20:1:d:b8:0:1:0:2"), ("2001:db8:1:3::9", "20:1:d:b8:0:1:0:3"),
    ])
    func aSenderIsKnownByItsAddress(_ address: String, _ origin: String) throws {
        #expect(Connections.origin(try SocketAddress(ipAddress: address, port: 1)) == origin)
    }

    @Test func aSocketOfThisMachineHasNone() throws {
        #expect(Connections.origin(try SocketAddress(unixDomainSocketPath: "/a")) == "" && Connections.origin(nil) == "")
    }

    @Test func thereIsRoomForFilesBesideConnections() { #expect((64...ListenerLimits.descriptors()).contains(ListenerLimits().connections)) }
}
