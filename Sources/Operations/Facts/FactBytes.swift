package import Storage

extension Statements {
    /// Bytes that base facts of presence and derived site-days and site-months take, with keys and indexes; for measures.
    package func factBytes() throws -> Int {
        let sizes: SQL =
            switch engine {
            case .sqlite:
                """
                SELECT coalesce(sum(pgsize), 0) FROM dbstat
                WHERE name IN ('presence', 'site_day', 'site_month', 'late_receipt', 'watermark')
                """
            case .postgres:
                """
                SELECT pg_total_relation_size('presence') + pg_total_relation_size('site_day') + pg_total_relation_size('site_month')
                    + pg_total_relation_size('late_receipt') + pg_total_relation_size('watermark')
                """
            }
        return try count(sizes)
    }
}
