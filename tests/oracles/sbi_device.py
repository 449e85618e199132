"""A finger scanner that speaks the biometric-device protocol, for tests of the station's client.

It shares no code with the project: Python's HTTP server, the `openssl` program for keys and signatures,
NBIS (PyPI `wsq`) for the picture. It writes numbers as numbers, one thing without its list, and bodies
without lengths, where the simulator does the opposite.

    sbi_device.py FOLDER FIRST_PORT LAST_PORT

FOLDER takes the keys, and in FOLDER/trust the certificate to be pinned. The port that it listens on is
printed in one line.
"""

import base64
import datetime
import hashlib
import http.server
import io
import json
import math
import pathlib
import struct
import subprocess
import sys

import wsq  # noqa: F401  (teaches Pillow the format)
from PIL import Image

FINGERS = {"Right IndexFinger": 2, "Left IndexFinger": 7}


def openssl(folder, *arguments, data=None):
    return subprocess.run(
        ["openssl", *arguments], cwd=folder, input=data, check=True, capture_output=True
    ).stdout


def make_keys(folder):
    (folder / "trust").mkdir()
    openssl(folder, "req", "-x509", "-newkey", "rsa:3072", "-nodes", "-sha256", "-days", "2",
            "-subj", "/CN=Python maker", "-keyout", "maker.key", "-out", "trust/maker.pem")
    openssl(folder, "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Python device",
            "-keyout", "device.key", "-out", "device.csr")
    openssl(folder, "x509", "-req", "-sha256", "-days", "2", "-in", "device.csr", "-CA",
            "trust/maker.pem", "-CAkey", "maker.key", "-CAcreateserial", "-outform", "DER",
            "-out", "device.der")


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sign(folder, payload):
    chain = [base64.b64encode((folder / "device.der").read_bytes()).decode()]
    header = {"x5c": chain, "alg": "RS256", "typ": "JWT"}
    signed = ".".join(base64url(json.dumps(part).encode()) for part in (header, payload))
    signature = openssl(folder, "dgst", "-sha256", "-sign", "device.key", data=signed.encode())
    return f"{signed}.{base64url(signature)}"


def finger_record(code):
    """ISO/IEC 19794-4:2005 around a WSQ picture of rings."""
    width, height = 416, 560
    picture = Image.new("L", (width, height))
    picture.putdata([
        int(128 + 90 * math.sin(math.hypot(x - 200 - code, y - 280) * 0.7))
        for y in range(height) for x in range(width)
    ])
    out = io.BytesIO()
    picture.save(out, format="WSQ")
    stream = out.getvalue()
    block = struct.pack(">I5BHHB", 14 + len(stream), code, 1, 1, 61, 0, width, height, 0) + stream
    total = 32 + len(block)
    head = b"FIR\x00010\x00" + total.to_bytes(6, "big")
    head += struct.pack(">HHBB4HBBH", 0, 31, 1, 1, 500, 500, 500, 500, 8, 2, 0)
    assert len(head) == 32
    return head + block


class Device(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def log_message(self, *arguments):
        pass

    def question(self):
        assert self.headers["Host"] == f"127.0.0.1:{self.server.server_port}", "Host"
        assert self.headers["EXT"], "EXT"
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def answer(self, value):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("CACHE-CONTROL", "no-store")
        self.end_headers()
        self.wfile.write(json.dumps(value, indent=1).encode())

    def digital_id(self):
        return {
            "serialNo": "PY-0001", "make": "Snake", "model": "S-1", "type": "Finger",
            "deviceSubType": "Single", "deviceProvider": "Python", "deviceProviderId": "PY",
            "dateTime": datetime.datetime.now(datetime.timezone.utc).isoformat(),
        }

    def do_MOSIPDISC(self):
        assert self.path == "/device" and self.question() == {"type": "Finger"}
        self.answer([{
            "deviceId": 1, "deviceStatus": "Ready", "certification": "L0", "serviceVersion": "1",
            "deviceSubId": [0], "callbackId": f"http://127.0.0.1:{self.server.server_port}",
            "digitalId": base64.urlsafe_b64encode(json.dumps(self.digital_id()).encode()).decode(),
            "deviceCode": "PY-0001", "specVersion": ["0.9.5"], "purpose": "Registration",
            "error": {"errorCode": 0, "errorInfo": "fine"},
        }])

    def do_MOSIPDINFO(self):
        self.question()
        info = {
            "specVersion": "0.9.5", "env": "Developer", "deviceId": 1, "deviceCode": "PY-0001",
            "digitalId": sign(self.server.folder, self.digital_id()), "purpose": "Registration",
            "serviceVersion": "1", "deviceStatus": "Ready", "firmware": "1", "certification": "L0",
            "deviceSubId": 0, "callbackId": "",
        }
        self.answer({"deviceInfo": sign(self.server.folder, info), "error": None})

    def do_RCAPTURE(self):
        assert self.path == "/capture"
        question = self.question()
        wish = question["bio"][0]
        assert wish["deviceId"] == "1" and wish["type"] == "Finger"
        assert int(wish["count"]) == len(wish["bioSubType"])
        assert 4 <= len(question["transactionId"]) <= 50
        chain = bytes.fromhex(wish["previousHash"])
        answers = []
        for name in wish["bioSubType"]:
            record = finger_record(FINGERS[name])
            chain = hashlib.sha256(chain + hashlib.sha256(record).digest()).digest()
            now = datetime.datetime.now(datetime.timezone.utc)
            data = {
                "digitalId": sign(self.server.folder, self.digital_id()), "deviceCode": "PY-0001",
                "deviceServiceVersion": "1", "bioType": "Finger", "bioSubType": name,
                "purpose": question["purpose"], "env": question["env"],
                # Padded, as some libraries do.
                "bioValue": base64.urlsafe_b64encode(record).decode(),
                "transactionId": question["transactionId"],
                "timestamp": now.isoformat(timespec="milliseconds"),
                "requestedScore": int(wish["requestedScore"]), "qualityScore": 61.5,
            }
            answers.append({
                "specVersion": question["specVersion"], "data": sign(self.server.folder, data),
                "hash": chain.hex().upper(), "error": {"errorCode": "0", "errorInfo": "Success"},
            })
        self.answer({"biometrics": answers if len(answers) > 1 else answers[0]})

    def do_STREAM(self):
        self.question()
        self.send_response(200)
        self.send_header("Content-Type", 'multipart/x-mixed-replace; boundary="frame"')
        self.end_headers()
        for step in range(3):
            out = io.BytesIO()
            Image.new("L", (64, 64), 80 * step).save(out, format="JPEG")
            self.wfile.write(b"--frame\r\nContent-Type: image/jpeg\r\n\r\n" + out.getvalue() + b"\r\n")
        self.wfile.write(b"--frame--\r\n")


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    make_keys(folder)
    for port in range(int(sys.argv[3]), int(sys.argv[2]) - 1, -1):
        try:
            server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Device)
            break
        except OSError:
            continue
    server.folder = folder
    print(port, flush=True)
    server.serve_forever()


main()
