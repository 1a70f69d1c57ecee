import Basics
import HTTPTypes
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
    private var isRefused = false
    /// What is still to be said after the answers that are under way.
    private var refusal: HTTPResponse?
    private var isBodyOpen = false
    private var isReadWanted = false
    private var bytes = 0
    /// How long the body may still be behind, nanoseconds.
    private var budget: Int64 = 0
    private var quietSince = NIODeadline.now()
    private var lookedAt = NIODeadline.now()
    /// Bytes of answers that the system has not taken yet, and since when it takes none.
    private var unread = 0
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
        if isRefused { return }
        switch unwrapInboundIn(data) {
        case .head(let request):
            if let refusal = RequestForm.refusal(request) { return refuse(refusal, context) }
            requests += 1
            hasAsked = true
            isBodyOpen = true
            bytes = 0
            budget = limits.bodyGrace.nanoseconds
            connections.reached(.receiving, context.channel)
        case .body(let buffer): bytes += buffer.readableBytes
        case .end:
            isBodyOpen = false
            // It may have been answered before it was all there.
            if requests > 0 { connections.reached(.answering, context.channel) }
        }
        context.fireChannelRead(data)
    }

    /// Answers in the server's place, and hears nothing more on this connection. What was asked before is answered first.
    private func refuse(_ response: HTTPResponse, _ context: ChannelHandlerContext) {
        isRefused = true
        guard requests == 0 else {
            refusal = response
            return
        }
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in bound.value.close(promise: nil) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .end = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
        // An answer ends when the system has taken it for its reader, not when it was written down here.
        let (sent, bound) = (promise ?? context.eventLoop.makePromise(), NIOLoopBound((self, context), eventLoop: context.eventLoop))
        sent.futureResult.whenComplete { _ in
            let (handler, context) = bound.value
            handler.answered(context)
        }
        context.write(data, promise: sent)
    }

    private func answered(_ context: ChannelHandlerContext) {
        requests -= 1
        guard requests == 0 else { return }
        if let refusal { return refuse(refusal, context) }
        quietSince = .now()
        connections.reached(.idle, context.channel)
    }

    private func look(_ context: ChannelHandlerContext) {
        let now = NIODeadline.now()
        let elapsed = now - lookedAt
        lookedAt = now
        // Whoever takes anything at all of what waits for him is no stalled reader.
        let unread = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        if unread == 0 || unread < self.unread || stalledSince == nil { stalledSince = unread == 0 ? nil : now }
        self.unread = unread
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
