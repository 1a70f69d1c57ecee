import Basics
import NIOCore
import NIOHTTPTypes

/// Watches one connection: closes it when its head, its next request, its body or the reading of its answer takes too long.
///
/// A body is slow only while the server waits for it: what the server itself does not take yet is nobody's delay.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private static let tick = TimeAmount.seconds(1)
    private let limits: ListenerLimits
    private let connections: Connections
    private var timer: RepeatedTask?
    private var requests = 0
    private var hasAsked = false
    private var isBodyOpen = false
    private var isReadWanted = false
    private var bytes = 0
    /// How long the body may still be behind, nanoseconds.
    private var budget: Int64 = 0
    private var quietSince = NIODeadline.now()
    private var lookedAt = NIODeadline.now()
    private var stalledSince: NIODeadline?

    init(_ limits: ListenerLimits, _ connections: Connections) {
        self.limits = limits
        self.connections = connections
    }

    func handlerAdded(context: ChannelHandlerContext) {
        connections.opened(context.channel)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleRepeatedTask(initialDelay: Self.tick, delay: Self.tick) { _ in
            let (handler, context) = bound.value
            handler.look(context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        connections.closed(context.channel)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        connections.closed(context.channel)
        context.fireChannelInactive()
    }

    func read(context: ChannelHandlerContext) {
        isReadWanted = true
        context.read()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReadWanted = false
        context.fireChannelReadComplete()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            requests += 1
            hasAsked = true
            isBodyOpen = true
            bytes = 0
            budget = limits.bodyGrace.nanoseconds
            connections.reached(.receiving, context.channel)
        case .body(let buffer): bytes += buffer.readableBytes
        case .end:
            isBodyOpen = false
            connections.reached(.answering, context.channel)
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            requests -= 1
            if requests == 0 {
                quietSince = .now()
                connections.reached(.idle, context.channel)
            }
        }
        context.write(data, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stalledSince = context.channel.isWritable ? nil : .now()
        context.fireChannelWritabilityChanged()
    }

    private func look(_ context: ChannelHandlerContext) {
        let now = NIODeadline.now()
        let elapsed = now - lookedAt
        lookedAt = now
        if isTooSlow(now, elapsed) { context.close(promise: nil) }
    }

    private func isTooSlow(_ now: NIODeadline, _ elapsed: TimeAmount) -> Bool {
        if let stalledSince, now - stalledSince > limits.stalledAnswer { return true }
        guard requests > 0 else { return now - quietSince > (hasAsked ? limits.idle : limits.firstHead) }
        guard isBodyOpen else { return false }
        if isReadWanted { budget -= elapsed.nanoseconds }
        budget = min(limits.bodyGrace.nanoseconds, budget + Int64(bytes) * 1_000_000_000 / Int64(limits.bodyBytesPerSecond))
        bytes = 0
        return budget < 0
    }
}
