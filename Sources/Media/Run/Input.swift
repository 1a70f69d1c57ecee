/// How a file is named to ffmpeg and ffprobe.
///
/// An upload may be a playlist or a list that names other files or addresses; ffmpeg 5.1 would open them. So only containers that hold
/// their own data are let in, and nothing but files can be opened. `file:` keeps a name from being read as an option or an address.
enum Input {
    private static let containers = "mov,mp4,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg,rm,mp3,wav,flac,aac"

    /// A file that someone has sent. No picture of more than 67 million pixels is decoded, whatever its header says later on.
    static func untrusted(_ path: String) -> [String] {
        ["-max_pixels", "67108864", "-protocol_whitelist", "file", "-format_whitelist", containers, "-i", "file:\(path)"]
    }

    /// A playlist that we have written.
    static func ownPlaylist(_ path: String) -> [String] {
        ["-protocol_whitelist", "file", "-format_whitelist", "hls,mpegts", "-i", "file:\(path)"]
    }
}
