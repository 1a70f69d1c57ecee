/// What a database can answer instead of doing what was asked.
package enum StorageError: Error, Hashable, Sendable {
    /// A rule of the schema (unique, check, foreign key, not null) stands against it.
    case constraint(Constraint, String)
    /// Others hold the database; the same request may succeed in a moment.
    case busy(String)
    /// No room on the volume. Reading goes on.
    case diskFull(String)
    /// The server cannot be reached.
    case unavailable(String)
    /// An earlier statement of the transaction failed, so the whole transaction fails.
    case transactionFailed(String)
    /// The row does not have that column, or not as that type.
    case column(String)
    /// The schema is not the one that this program knows.
    case schema(String)
    /// A statement that this database does not accept: a defect of the program.
    case statement(String)

    /// Whether the same request may succeed later without anybody changing it.
    package var mayPass: Bool {
        switch self {
        case .busy, .diskFull, .unavailable: true
        case .constraint, .transactionFailed, .column, .schema, .statement: false
        }
    }

    package enum Constraint: Hashable, Sendable { case unique, foreignKey, check, notNull }
}
