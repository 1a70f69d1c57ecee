import Basics
import Foundation
package import Node
package import Storage

extension Statements {
    /// Every record of the node.
    package func nodeRecords() throws -> [String: Record] {
        let decoder = JSONDecoder()
        var records: [String: Record] = [:]
        try each("SELECT record_key, body FROM node_record ORDER BY record_key") { row in
            let body = try row.text(1)
            guard let record = try? decoder.decode(Record.self, from: Data(body.utf8)) else {
                throw StorageError.column("The record \(try row.text(0)) cannot be read; it was written by another version of the program")
            }
            records[try row.text(0)] = record
        }
        return records
    }

    /// Carries changes out in order.
    package func carryOut(_ changes: [Change]) throws {
        let encoder = JSONEncoder()
        for change in changes {
            switch change {
            case .store(let key, let record):
                let body = String(decoding: try encoder.encode(record), as: UTF8.self)
                try run(
                    """
                    INSERT INTO node_record (record_key, body) VALUES (\(key), \(body)) ON CONFLICT (record_key) DO UPDATE
                    SET body = excluded.body
                    """
                )
            case .remove(let key): try run("DELETE FROM node_record WHERE record_key = \(key)")
            }
        }
    }
}
