import Basics

/// The name of an upload as people may see it again: the last component of whatever the browser sent, one line, at most 120 characters with
/// the ending kept. It names nothing on our disk.
package func cleanedUploadName(_ sent: String) -> String {
    let last = String(sent.split(omittingEmptySubsequences: true) { $0 == "/" || $0 == "\\" }.last ?? "").oneLine
    let name = String(last.drop { $0 == "." })
    guard !name.isEmpty else { return "video" }
    guard name.unicodeScalars.count > longestName else { return name }
    let ending = name.lastIndex(of: ".").map { name[$0...] } ?? ""
    let kept = (2...11).contains(ending.unicodeScalars.count) ? String(ending) : ""
    // Whole characters only: a cut between a letter and its accent would show as another letter.
    var (start, room) = ("", longestName - kept.unicodeScalars.count)
    for character in name {
        room -= character.unicodeScalars.count
        if room < 0 { break }
        start.append(character)
    }
    return start + kept
}

/// What an upload is called until somebody gives it a title: its name without the ending.
package func titleOfUpload(named name: String) -> String {
    let title = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    return title.trimmedBlanks.isEmpty ? name : title.trimmedBlanks
}

private let longestName = 120
