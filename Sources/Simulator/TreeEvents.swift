/// Events in order of time, and of insertion where the time is the same, so that a run depends on nothing but its seed.
struct TreeEvents<Event> {
    private struct Entry {
        let time: Int64
        let order: Int
        let event: Event
    }

    private var heap: [Entry] = []
    private var inserted = 0

    mutating func add(_ event: Event, at time: Int64) {
        inserted += 1
        heap.append(Entry(time: time, order: inserted, event: event))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard Self.precedes(heap[child], heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func next() -> (time: Int64, event: Event)? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        if heap.isEmpty { return (first.time, first.event) }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && Self.precedes(heap[child], heap[least]) {
                least = child
            }
            if least == parent { return (first.time, first.event) }
            heap.swapAt(least, parent)
            parent = least
        }
    }

    private static func precedes(_ left: Entry, _ right: Entry) -> Bool { (left.time, left.order) < (right.time, right.order) }
}

/// A running hash of everything that happens: FNV-1a, 64 bits (Fowler, Noll, Vo; RFC 9923).
struct TreeTrace {
    private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    private(set) var count = 0

    mutating func note(_ values: Int64...) {
        count += 1
        for value in values {
            var rest = UInt64(bitPattern: value)
            for _ in 0..<8 {
                hash = (hash ^ (rest & 0xFF)) &* 0x100_0000_01B3
                rest >>= 8
            }
        }
    }

    mutating func note(_ text: String) { for unit in text.utf8 { hash = (hash ^ UInt64(unit)) &* 0x100_0000_01B3 } }
}
