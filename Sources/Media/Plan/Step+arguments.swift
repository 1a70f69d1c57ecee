extension Step {
    /// What ffmpeg is told.
    ///
    /// - Parameters:
    ///   - source: path of the uploaded file.
    ///   - work: path of the folder in which the folders of finished steps stand.
    ///   - output: path of the folder that takes the result; it exists and is empty.
    package func arguments(source: String, work: String, output: String) -> [String] {
        let begin = ["-nostdin", "-hide_banner", "-v", "error", "-nostats", "-progress", "pipe:1", "-y"]
        let target = "file:\(output)"
        return switch product {
        case .file(let rendition, let preset):
            begin + Input.untrusted(source) + mapped + pictures(rendition, preset: preset) + sound(rendition) + Self.fragmented + [
                "\(target)/\(Self.fragments)"
            ]
        case .hls:
            begin + Input.untrusted(input(source: source, work: work)) + ["-map", "0:v:0", "-map", "0:a:0?", "-c", "copy"]
                + segments(in: target.replacing("%", with: "%%"), list: "\(target)/\(Self.segmentList)")
        case .poster(let width, let height):
            begin + posterPlace + Input.untrusted(source)
                + Self.posterTrials.enumerated().flatMap { number, trial in
                    let size = (shaped(width / trial.shrink, height / trial.shrink) + ["format=yuvj420p"]).joined(separator: ",")
                    return ["-map", "0:\(probe.video.index)", "-frames:v", "1", "-vf", size, "-q:v", "\(trial.quality)"]
                        + ["-map_metadata", "-1", "-f", "image2", "-update", "1", "\(target)/\(Self.posterTrial(number))"]
                }
        }
    }

    /// The one file that it reads; `source` and `work` as above.
    package func input(source: String, work: String) -> String {
        if case .hls(let rendition) = product { "\(work)/\(rendition.rung.name)/\(Self.file)" } else { source }
    }

    /// A fragment begins at every forced key frame and nowhere else, and counts from itself, so that it may be moved behind an index.
    /// `delay_moov` writes edit lists: picture and sound begin together. Sound waits for pictures however rare these are (slides). Unlike
    /// the `hls` muxer, which keeps silent and ends with 0, this one fails when the disk is full (5.1).
    private static let fragmented = [
        "-max_interleave_delta", "0", "-movflags", "+frag_keyframe+delay_moov+default_base_moof+skip_trailer", "-f", "mp4",
    ]

    /// The list of segments as ffmpeg writes it; the playlist that stays is our own.
    static let segmentList = "segments.m3u8"

    /// A rich picture must be coarser to stay within `posterBytes`: all of these are made at once and the first that fits is kept.
    static let posterTrials: [(quality: Int, shrink: Int)] = [(3, 1), (8, 1), (20, 1), (31, 1), (31, 2)]

    static func posterTrial(_ number: Int) -> String { "trial\(number).jpg" }

    /// A tenth of the way; a single picture lies at the beginning.
    private var posterPlace: [String] {
        let length = min(probe.duration, probe.video.duration ?? .max)
        return length < 1000 ? [] : ["-ss", seconds(length / 10)]
    }

    /// The chosen streams and nothing else: no data, no subtitles, no names of people or places from the camera.
    private var mapped: [String] {
        ["-map", "0:\(probe.video.index)"] + (probe.audio.map { ["-map", "0:\($0.index)"] } ?? []) + [
            "-map_metadata", "-1", "-map_chapters", "-1",
        ]
    }

    /// Capped CRF: `-crf` where the picture is simple, `-maxrate` where it is not. No scene cuts and a GOP longer than any
    /// segment, so that key frames stand at the forced times only and are the same in every rendition. Where the sound goes on after
    /// the picture, the last picture stays: a segment without one could not be cut off or shown.
    private func pictures(_ rendition: Rendition, preset: String) -> [String] {
        let rung = rendition.rung, rate = rendition.frameRate
        let filters =
            (probe.video.isInterlaced ? ["bwdif=mode=send_frame:deint=interlaced"] : [])
            + ["fps=\(rate.numerator)/\(rate.denominator)"] + shaped(rendition.width, rendition.height)
            + (probe.pictureMissing > 500 ? ["tpad=stop_mode=clone:stop_duration=\(seconds(probe.pictureMissing))"] : []) + [
                "format=yuv420p"
            ]
        let times = "expr:gte(t,if(gt(n_forced,1),(n_forced-1)*\(Rendition.segment),n_forced*\(Rendition.firstSegment)))"
        return ["-vf", filters.joined(separator: ",")]
            + ["-c:v", "libx264", "-preset", preset, "-profile:v", rung.profile.rawValue, "-level:v", "\(Double(rung.level) / 10)"]
            + ["-crf", "27", "-maxrate", "\(rung.videoRate)k", "-bufsize", "\(2 * rung.videoRate)k"]
            + ["-g", "\(Int((rate.value * 10).rounded(.up)))", "-sc_threshold", "0", "-force_key_frames", times]
    }

    /// Brings pictures to a size and to the light of television.
    private func shaped(_ width: Int, _ height: Int) -> [String] {
        let colours = probe.video.assumedColours.isEmpty ? [] : ["setparams=\(probe.video.assumedColours)"]
        return (probe.video.hasOddPixels ? ["setsar=1"] : []) + Self.fitted(width, height)
            + (probe.video.isHDR ? colours + Self.toneMapped : [])
    }

    /// A picture of the planned shape is scaled; one that has another shape, because a telephone was turned in the middle, keeps it between
    /// bars. `dar` is the shape as it is shown.
    private static func fitted(_ width: Int, _ height: Int) -> [String] {
        let isPlanned = "lt(abs(dar*\(height)/\(width)-1),0.05)"
        let wide = "if(\(isPlanned),\(width),min(\(width),max(2,2*trunc(\(height)*dar/2))))"
        let high = "if(\(isPlanned),\(height),min(\(height),max(2,2*trunc(\(width)/dar/2))))"
        return ["scale=w='\(wide)':h='\(high)'", "pad=\(width):\(height):(ow-iw)/2:(oh-ih)/2", "setsar=1"]
    }

    /// The range of television out of a higher one: paper white (203 cd/m², ITU-R BT.2408) stays white, what is brighter is drawn together
    /// above nine tenths of it.
    private static let toneMapped = [
        "zscale=t=linear:npl=203", "format=gbrpf32le", "zscale=p=bt709", "tonemap=tonemap=mobius:param=0.9", "zscale=t=bt709:m=bt709:r=tv",
    ]

    /// One channel: speech needs no more, and a player that changes rendition need not change its sound.
    private func sound(_ rendition: Rendition) -> [String] {
        guard rendition.hasAudio else { return ["-an"] }
        let turned = probe.audio?.isOpposed == true ? "pan=mono|c0=0.5*c0-0.5*c1," : ""
        return [
            "-af", "\(turned)aresample=async=1000:first_pts=0", "-c:a", "aac", "-b:a", "\(rendition.rung.audioRate)k", "-ac", "1", "-ar",
            "44100",
        ]
    }

    /// The `segment` muxer cuts at every forced key frame. The `hls` muxer would do the same but keeps silent and ends with 0 when the
    /// disk is full (5.1). Tables every 2 s instead of every 0.1 s save 20 kbit/s. Time stamps are not shifted, because the shift would
    /// differ between a rendition that reorders frames and one that does not. Sound waits for pictures however rare these are (slides);
    /// otherwise it would fill the first segments alone after 10 s.
    private func segments(in folder: String, list: String) -> [String] {
        ["-f", "segment", "-segment_format", "mpegts", "-segment_format_options", "pat_period=2:sdt_period=10:avoid_negative_ts=disabled"]
            + [
                "-avoid_negative_ts", "disabled", "-max_interleave_delta", "0", "-individual_header_trailer", "0", "-segment_time",
                "\(Rendition.firstSegment)",
            ]
            + ["-segment_list", list, "-segment_list_type", "m3u8", "\(folder)/seg%04d.ts"]
    }

    private func seconds(_ milliseconds: Int) -> String {
        let rest = String(milliseconds % 1000)
        return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
    }
}
