import Accounts
import Basics
import Hummingbird
import Logging
import Storage

extension House {
    /// Takes down that a list or paper left the house as a file. A log that cannot be written holds up nobody who reads: the program's own
    /// log says so.
    func noteDownload(_ request: Request, _ context: AppContext, _ visit: Visit) async {
        let (act, path) = (act(visit), String(request.uri.string.prefix(500)))
        do { try await database.write { try $0.record("list.downloaded", path, by: act) } } catch {
            context.logger.warning("a download is not in the log of acts", metadata: ["error": "\(error)"])
        }
    }

    /// Takes down that somebody was refused what he has no right to, as far as his budget in the log goes.
    func noteRefusal(_ refusal: Refusal, _ request: Request, _ context: AppContext, _ visit: Visit?) async {
        guard case .forbidden = refusal else { return }
        let act = visit.map(act) ?? strangersAct(request, context)
        guard refusals.admits(visit?.account.id ?? act.place.address, at: act.at) else { return }
        let path = "\(request.method.rawValue) \(request.uri.path.prefix(500))"
        do { try await database.write { try $0.record("request.refused", path, refusal: refusal.code, by: act) } } catch {
            context.logger.warning("a refusal is not in the log of acts", metadata: ["error": "\(error)"])
        }
    }
}
