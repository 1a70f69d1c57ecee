package import Web

/// Where the library is kept: courseware by its id.
package enum CoursewareAddress {
    package static let list = FixedAddress("/courseware")
    static let new = FixedAddress("/courseware/new")
    package static let uploads = FixedAddress("/courseware/uploads")
    package static let upload = Address<String>("/courseware/uploads/:upload")
    package static let one = Address<String>("/courseware/:id")
    package static let progress = one.adding("/progress")
    static let events = one.adding("/events")
    static let nodesFile = one.adding("/nodes.csv")
    static let poster = one.adding("/poster.jpg")
    static let preview = one.adding("/preview.mp4")
    package static let publish = one.adding("/publish")
    static let withdraw = one.adding("/withdraw")
    static let cancel = one.adding("/cancel")
    static let retry = one.adding("/retry")
    static let delete = one.adding("/delete")
    static let discard = one.adding("/discard")
    package static let approve = one.adding("/approve")
    static let decline = one.adding("/decline")
    static let takeBack = one.adding("/take-back")
    /// Who is asked, and all screens at once.
    static let approvals = FixedAddress("/approvals")
    static let stop = FixedAddress("/stop")
}
