#!/usr/bin/env python3
"""Open a report in headless Chromium; say what its console says and how long it takes until its script is done.

    tools/check_page.py vitro-report/report.html
    tools/check_page.py report.html --dark --width 400 --at '#figure-3' --shot figure.png
    tools/check_page.py report.html --eval 'document.querySelectorAll("figure").length'

`--eval` runs JavaScript in the page after it has loaded and prints what it gives (promises are awaited); it may be given
more than once, and `--script` runs a file before. `--shot` saves a picture of the element that `--at` selects, or of the whole page. Exits with 1 when the
console has errors. Needs Python 3.9 or later and Chromium (or the program that $CHROMIUM names); nothing else.
"""

import argparse
import base64
import json
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request


class Socket:
    """As much of WebSocket (RFC 6455) as the DevTools protocol needs: text frames to and from this machine."""

    def __init__(self, port, path):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=120)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            (
                f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
            ).encode()
        )
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = self.socket.recv(1)
            if not byte:
                raise ConnectionError("Chromium closed the connection")
            head += byte
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise ConnectionError(head.decode(errors="replace"))

    def send(self, text):
        data, mask = text.encode(), os.urandom(4)
        length = len(data)
        if length < 126:
            head = struct.pack("!BB", 0x81, 0x80 | length)
        elif length < 1 << 16:
            head = struct.pack("!BBH", 0x81, 0x80 | 126, length)
        else:
            head = struct.pack("!BBQ", 0x81, 0x80 | 127, length)
        body = bytes(byte ^ mask[index % 4] for index, byte in enumerate(data))
        self.socket.sendall(head + mask + body)

    def _read(self, count):
        parts = []
        while count:
            part = self.socket.recv(min(count, 1 << 20))
            if not part:
                raise ConnectionError("Chromium closed the connection")
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def receive(self):
        message = b""
        while True:
            first, second = self._read(2)
            length = second & 0x7F
            if length == 126:
                (length,) = struct.unpack("!H", self._read(2))
            elif length == 127:
                (length,) = struct.unpack("!Q", self._read(8))
            data = self._read(length)
            if first & 0x0F in (0, 1):
                message += data
                if first & 0x80:
                    return message.decode()


class Page:
    """A page of Chromium, driven by the DevTools protocol."""

    def __init__(self, port, path):
        self.socket, self.number, self.events = Socket(port, path), 0, []

    def call(self, method, **parameters):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.receive())
            if message.get("id") == self.number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                return message["result"]
            self.events.append(message)

    def wait(self, method):
        while not any(event.get("method") == method for event in self.events):
            self.events.append(json.loads(self.socket.receive()))

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            return "threw " + details.get("exception", {}).get("description", details["text"])
        return answer["result"].get("value")

    def errors(self):
        """What the console says: exceptions, errors and warnings, and what the browser itself logs."""
        found = []
        for event in self.events:
            parameters = event.get("params", {})
            if event.get("method") == "Runtime.exceptionThrown":
                details = parameters["exceptionDetails"]
                text = details.get("exception", {}).get("description", details["text"])
                found.append(f"{text} (line {details['lineNumber'] + 1}, column {details['columnNumber'] + 1})")
            elif event.get("method") == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
                found.append(" ".join(str(value.get("value", value.get("description"))) for value in parameters["args"]))
            elif event.get("method") == "Log.entryAdded" and parameters["entry"]["level"] == "error":
                found.append(parameters["entry"]["text"])
        return found


def opened(chromium, folder, size):
    """Starts Chromium; returns its process and its first page."""
    process = subprocess.Popen(
        [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-port=0",
         "--remote-allow-origins=*", f"--user-data-dir={folder}", f"--window-size={size[0]},{size[1]}", "about:blank"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    note = pathlib.Path(folder) / "DevToolsActivePort"
    for _ in range(300):
        if note.exists() and len(note.read_text().split()) == 2:
            break
        time.sleep(0.1)
    port = int(note.read_text().split()[0])
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=30) as answer:
        pages = json.load(answer)
    address = next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page")
    return process, Page(port, "/" + address.split("/", 3)[3])


TIMES = """(() => {
  const [entry] = performance.getEntriesByType("navigation"), paint = performance.getEntriesByName("first-contentful-paint")[0];
  return {"script done": entry.domInteractive, "loaded": entry.loadEventEnd, "first paint": paint?.startTime ?? NaN};
})()"""


def save_picture(page, selector, path):
    box = page.evaluate(
        f"(() => {{ const box = document.querySelector({json.dumps(selector)})?.getBoundingClientRect();"
        " return box && [box.x + scrollX, box.y + scrollY, box.width, box.height]; })()")
    if not isinstance(box, list):
        sys.exit(f"nothing on the page is '{selector}'")
    clip = dict(zip(("x", "y", "width", "height"), box), scale=1)
    picture = page.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
    pathlib.Path(path).write_bytes(base64.b64decode(picture["data"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("page", help="an HTML file or an address")
    parser.add_argument("--width", type=int, default=1400)
    parser.add_argument("--height", type=int, default=1000)
    parser.add_argument("--dark", action="store_true", help="ask for the dark page")
    parser.add_argument("--print", action="store_true", dest="paper", help="as on paper")
    parser.add_argument("--script", action="append", default=[], metavar="FILE")
    parser.add_argument("--eval", action="append", default=[], metavar="JS")
    parser.add_argument("--at", default="html", metavar="SELECTOR")
    parser.add_argument("--shot", metavar="FILE")
    arguments = parser.parse_args()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        sys.exit("no Chromium found; name it in $CHROMIUM")
    address = arguments.page if "://" in arguments.page else pathlib.Path(arguments.page).resolve().as_uri()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        process, page = opened(chromium, folder, (arguments.width, arguments.height))
        try:
            for domain in ("Page", "Runtime", "Log"):
                page.call(f"{domain}.enable")
            page.call("Emulation.setDeviceMetricsOverride", width=arguments.width, height=arguments.height,
                      deviceScaleFactor=1, mobile=False)
            page.call("Emulation.setEmulatedMedia", media="print" if arguments.paper else "screen", features=[
                {"name": "prefers-color-scheme", "value": "dark" if arguments.dark else "light"}])
            page.call("Page.navigate", url=address)
            page.wait("Page.loadEventFired")
            for name, milliseconds in page.evaluate(TIMES).items():
                print(f"{name}: {milliseconds or float('nan'):.0f} ms")
            for script in arguments.script:
                page.evaluate(pathlib.Path(script).read_text(encoding="utf-8") + "\n;0")
            for expression in arguments.eval:
                print(json.dumps(page.evaluate(expression), ensure_ascii=False))
            if arguments.shot:
                save_picture(page, arguments.at, arguments.shot)
            page.evaluate("0")
            errors = page.errors()
        finally:
            process.terminate()
            process.wait()
    print(f"console: {len(errors)} errors" + "".join(f"\n  {error}" for error in errors))
    sys.exit(1 if errors else 0)


if __name__ == "__main__":
    main()
