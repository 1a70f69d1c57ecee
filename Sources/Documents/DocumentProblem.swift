/// Why a document cannot be made into a file.
package enum DocumentProblem: Error, Hashable, Sendable {
    /// There must be one PNG for each picture block.
    case pictures(expected: Int, found: Int)
    /// The bytes of the picture at this place, counted from 1, are no PNG.
    case notPNG(place: Int)
    /// A table has more rows or columns than a sheet takes.
    case tooLarge(caption: String)
    /// A library that writes files gave up; `said` is its own reason.
    case failed(library: String, said: String)
}

extension DocumentProblem: CustomStringConvertible {
    package var description: String {
        switch self {
        case .pictures(let expected, let found):
            "The document has \(expected) pictures, but \(found) PNG files were given. Draw one for each picture block."
        case .notPNG(let place): "Picture \(place) is not a PNG file. Draw it again with rsvg-convert."
        case .tooLarge(let caption):
            "The table “\(caption)” does not fit on a sheet of 1,048,576 rows and 16,384 columns. Choose a smaller area or time."
        case .failed(let library, let said): "\(library) could not write the file: \(said)"
        }
    }
}
