package import Basics

/// A realistic month for measurements: as many terminals as asked for, some of them switched on, those about 233 minutes a day
/// (the mean of the measured month in limits 0.3). Terminal by terminal, ascending days; a day without minutes is left out.
package struct CityBenchMonth: Sequence, Sendable {
    package let seed: UInt64
    package let terminals: Int
    package let switchedOn: Int
    package let days: Int

    package init(seed: UInt64, terminals: Int, switchedOn: Int, days: Int = 30) {
        self.seed = seed
        self.terminals = terminals
        self.switchedOn = Swift.min(switchedOn, terminals)
        self.days = days
    }

    package func makeIterator() -> Iterator { Iterator(month: self) }

    package struct Iterator: IteratorProtocol {
        private enum Habit { case evening, office, wholeDay }

        private let month: CityBenchMonth
        private var generator: SeededGenerator
        /// Switched-on terminals lie evenly among all.
        private var position = 0
        private var day = 0
        private var habit = Habit.evening
        private var evening = 0

        fileprivate init(month: CityBenchMonth) {
            self.month = month
            generator = SeededGenerator(seed: month.seed)
            settle()
        }

        /// Index of the terminal from 0, day from 0, minutes.
        package mutating func next() -> (terminal: Int, day: Int, minutes: MinuteSet)? {
            while position < month.switchedOn {
                if day == month.days {
                    day = 0
                    position += 1
                    settle()
                    continue
                }
                let minutes = minutes()
                day += 1
                if !minutes.isEmpty { return (position * month.terminals / month.switchedOn, day - 1, minutes) }
            }
            return nil
        }

        private mutating func settle() {
            let draw = generator.below(100)
            habit = draw < 70 ? .evening : draw < 92 ? .office : .wholeDay
            evening = 1080 + generator.below(60)
        }

        private mutating func minutes() -> MinuteSet {
            if habit == .wholeDay { return MinuteSet(480..<1320) }
            guard generator.chance(perMille: 850) else { return MinuteSet() }
            var minutes = MinuteSet()
            switch habit {
            case .evening:
                let start = evening + generator.below(45)
                minutes.insert(start..<Swift.min(start + generator.within(56...232), 1440))
                if generator.chance(perMille: 400) {
                    let morning = 480 + generator.below(120)
                    minutes.insert(morning..<morning + generator.within(25...110))
                }
            case .office, .wholeDay:
                let (morning, afternoon) = (510 + generator.below(30), 870 + generator.below(30))
                minutes.insert(morning..<morning + generator.within(120...200))
                minutes.insert(afternoon..<afternoon + generator.within(120...200))
            }
            return minutes
        }
    }
}
