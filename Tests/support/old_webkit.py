"""QtWebKit of Debian (WebKit 602 of 2016) as a program of its own: no media source extensions, no `fetch`, GStreamer under it. The nearest thing to an old box that
can be installed. It opens the address and answers one JSON line for each expression on its input."""

import json
import sys
import threading

from PyQt5.QtCore import QObject, QUrl, pyqtSignal
from PyQt5.QtWebKitWidgets import QWebView
from PyQt5.QtWidgets import QApplication


class Asked(QObject):
    line = pyqtSignal(str)
    end = pyqtSignal()


def main() -> None:
    application = QApplication(sys.argv[:1])
    view = QWebView()
    view.resize(1280, 720)
    view.setUrl(QUrl(sys.argv[1]))
    view.show()
    view.activateWindow()
    asked = Asked()

    def answer(expression: str) -> None:
        print(json.dumps(view.page().mainFrame().evaluateJavaScript(expression)), flush=True)

    def listen() -> None:
        for line in sys.stdin:
            asked.line.emit(line)
        asked.end.emit()

    asked.line.connect(answer)
    asked.end.connect(application.quit)
    threading.Thread(target=listen, daemon=True).start()
    application.exec_()


if __name__ == "__main__":
    main()
