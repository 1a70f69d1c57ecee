import Basics
import Node
import Trust
import Wire

/// What goes over a line.
enum TreeRequest {
    case facts(Batch)
    case envelopes([Envelope])
    case question(ReceiptQuestion)
    case file(String)
    case range(Blob, offset: Int64, length: Int64)
}

/// What comes back.
enum TreeAnswer {
    /// To facts and questions, and to loads.
    case receipt(SignedAnswer)
    case load(SignedAnswer)
    case bytes([UInt8])
    case missing
    case failed
}

/// How a machine's clock is wrong.
enum TreeClock {
    case right
    case off(milliseconds: Int64)
    /// No battery: 1970 at every start.
    case epoch
}

/// The three ways of a node's line.
enum TreeWay: Int, CaseIterable, Sendable {
    case up, catalogue, courseware

    var down: DownWay? { [.catalogue: DownWay.catalogue, .courseware: .courseware][self] }
}

/// One way of a node's line: at most one request at a time.
struct TreeLane {
    /// Names the request in flight; nil when there is none.
    var call: Int?
    var errand: Errand?
    /// When the lane looks again.
    var wake: Int64?
}

/// A machine: its disk lives on, the rest is gone when it is killed. Number 0 is the edge.
struct TreeHost {
    let number: Int
    var name: String
    /// Where it stood when it was enrolled, and where it stands.
    var enrolledAt: NodePlace
    var place: NodePlace
    var disk = TreeDisk()
    var terminal: TerminalNode?
    var edge: EdgeNode?
    /// Events of an earlier life are void.
    var life = 0
    var isPowered = false
    var bootedAt: Int64 = 0
    var clock = TreeClock.right
    var lanes = [TreeLane](repeating: TreeLane(), count: TreeWay.allCases.count)
    subscript(way: TreeWay) -> TreeLane {
        get { lanes[way.rawValue] }
        set { lanes[way.rawValue] = newValue }
    }
    /// When the line to the parent is cut.
    var cuts: [Range<Int64>] = []

    init(number: Int, name: String, place: NodePlace) {
        self.number = number
        self.name = name
        enrolledAt = place
        self.place = place
    }

    var isRunning: Bool { terminal != nil || edge != nil }

    func isCut(at time: Int64) -> Bool { cuts.contains { $0.contains(time) } }
}

/// A play as the television page has it.
struct TreePlay {
    let token: String
    let courseware: String
    var intervals: [PlayInterval] = []
    var steps: Int
}

enum TreeEvent {
    case power(Int, on: Bool)
    case boot(Int)
    case beat(Int, life: Int)
    case look(Int, life: Int, TreeWay)
    case serve(Int, life: Int, TreeWay, call: Int?, TreeRequest)
    case reply(Int, life: Int, TreeWay, call: Int, TreeAnswer)
    case clock(Int, TreeClock)
    case page(Int, life: Int, TreePlay)
    case publish(String, version: Int64)
    case withdraw(String)
    case rot(Int)
    /// The box stands at another site from now on.
    case move(Int, NodePlace)
    /// The county has another code from now on, and so has everything below it.
    case recode
    case edgeLosesDisk
    case backup
    case restore
    case quiet
}
