package import Documents
import HTTPTypes
package import Hummingbird
import NIOCore
import Storage

extension Table {
    /// The table as it is printed: exactly what is shown, without links.
    package var printed: PrintedTable {
        PrintedTable(
            caption: caption, columns: columns.map { .init(label: $0.label, isNumber: $0.isNumber) }, rows: texts, hasTotal: hasTotal)
    }
}

package let spreadsheetType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

/// Tables as a spreadsheet to download, a sheet each.
package func spreadsheet(_ tables: [Table], name: String) async throws -> Response {
    let printed = tables.map(\.printed)
    let bytes = try await offPool { try workbook(of: printed) }
    return Response(
        status: .ok,
        headers: [
            .contentType: spreadsheetType,
            .contentDisposition: "attachment; filename=\"\(name).xlsx\"",
            .cacheControl: "no-store",
        ], body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
}
