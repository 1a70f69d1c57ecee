import Basics
import Storage
import TestKit
import Testing

@Suite struct SearchKeyTests {
    @Test(arguments: [
        ("青山镇", "qingshanzhen qsz 青山镇"), ("吕梁村", "lvliangcun llc 吕梁村 luliangcun"), ("Ａ１ 区", "a1qu aq a1 区"),
        ("Old Road", "oldroad or old road"), ("", "  "),
    ])
    func aNameIsFoundByItsPinyinItsInitialsAndItself(_ name: String, _ key: String) { #expect(searchKey(name) == key) }

    /// What is typed stands for itself: no sign of a pattern means anything.
    @Test(arguments: Database.Engine.required)
    func everyWordMustStandThere(_ engine: Database.Engine) async throws {
        try await withDatabase(engine) { database in
            func finds(_ typed: String, in name: String, code: String = "9901") async throws -> Bool {
                let (key, words) = (searchKey(name), SearchWords(typed))
                return try await database.read { statements in
                    try statements.first(
                        """
                        SELECT 1 FROM (SELECT CAST(\(key) AS TEXT) AS k, CAST(\(code) AS TEXT) AS c) x
                        WHERE \(sql: words.condition("x.k", code: "x.c"))
                        """
                    ) {
                        try $0.int(0)
                    } != nil
                }
            }
            for typed in ["青山", "qingshan", "QSZ", "ｑｓｚ", "山镇", " 青山　镇 ", "99", "青山 9901"] {
                let isFound = try await finds(typed, in: "青山镇")
                #expect(isFound, "\(typed)")
            }
            for typed in ["柳林", "%", "_", "\\", "77", "青山 柳林", "'; DROP TABLE site"] {
                let isFound = try await finds(typed, in: "青山镇")
                #expect(!isFound, "\(typed)")
            }
            let literal = [try await finds("100%", in: "100%村"), try await finds("a_b", in: "a_b"), try await finds("\\", in: "a\\b")]
            #expect(literal == [true, true, true])
        }
    }
}
