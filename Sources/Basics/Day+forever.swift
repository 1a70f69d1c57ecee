extension Day {
    /// The open end of a dated row: 9999-12-31. An interval of days is half open, `from_day <= day < until_day`.
    package static let forever = Day(number: 2_932_896)
}
