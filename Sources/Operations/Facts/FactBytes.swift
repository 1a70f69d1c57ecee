package import Storage

extension Statements {
    /// Bytes that presence takes with its key, and with everything that is kept beside it: derived site-days and site-months, late
    /// receipts, watermarks; for measures.
    package func factBytes() throws -> (presence: Int, all: Int) {
        let sizes: SQL =
            switch engine {
            case .sqlite:
                """
                SELECT coalesce(sum(pgsize) FILTER (WHERE name = 'presence'), 0), coalesce(sum(pgsize), 0) FROM dbstat
                WHERE name IN ('presence', 'site_day', 'site_month', 'late_receipt', 'watermark_claim')
                """
            case .postgres:
                """
                SELECT pg_total_relation_size('presence'), pg_total_relation_size('presence') + pg_total_relation_size('site_day')
                    + pg_total_relation_size('site_month') + pg_total_relation_size('late_receipt') + \
                    pg_total_relation_size('watermark_claim')
                """
            }
        return try first(sizes) { (presence: try $0.int(0), all: try $0.int(1)) } ?? (0, 0)
    }
}
