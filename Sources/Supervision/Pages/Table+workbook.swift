import Documents
import Foundation
import Hummingbird
import NIOCore
import Storage
import Web

extension Table {
    /// The table as it is printed: exactly what is shown, without links.
    var printed: PrintedTable {
        PrintedTable(caption: caption, columns: columns.map { .init(label: $0.label, isNumber: $0.isNumber) }, rows: texts, hasTotal: hasTotal)
    }
}

/// Tables as a spreadsheet to download, a sheet each.
func spreadsheet(_ tables: [Table], name: String) async throws -> Response {
    let printed = tables.map(\.printed)
    return artefact(try await offPool { try workbook(of: printed) }, .xlsx, name: name + ".xlsx")
}
