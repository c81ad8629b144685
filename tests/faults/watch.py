"""A subscription: just as much of WebSockets (RFC 6455) and graphql-transport-ws as it takes."""

import base64
import json
import os
import socket
import struct
import threading


class Watcher:
    """Counts what a subscription tells."""

    def __init__(self, server, query):
        self.events = 0
        self.over = None
        self.socket = socket.create_connection(("127.0.0.1", server.port))
        self.stream = self.socket.makefile("rb")
        self._open(server.port)
        self._send({"type": "connection_init"})
        assert self._receive()["type"] == "connection_ack"
        self._send({"type": "subscribe", "id": "1", "payload": {"query": query}})
        threading.Thread(target=self._count, daemon=True).start()

    def close(self):
        self.socket.close()

    def _open(self, port):
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            "GET /graphql HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: graphql-transport-ws",
        ]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        status = self.stream.readline()
        assert b" 101 " in status, status
        while self.stream.readline().strip():
            pass

    def _send(self, message):
        self._frame(1, json.dumps(message).encode())

    def _frame(self, kind, payload):
        assert len(payload) < 1 << 16
        length = struct.pack("!B", 0x80 | len(payload))
        if 125 < len(payload):
            length = struct.pack("!BH", 0x80 | 126, len(payload))
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[no % 4] for no, byte in enumerate(payload))
        self.socket.sendall(bytes([0x80 | kind]) + length + mask + masked)

    def _receive(self):
        """The next message; what keeps the connection alive is answered."""
        while True:
            kind, length = self.stream.read(2)
            if length == 126:
                (length,) = struct.unpack("!H", self.stream.read(2))
            payload = self.stream.read(length)
            match kind & 0x0F:
                case 1:
                    message = json.loads(payload)
                    if message["type"] != "ping":
                        return message
                    self._send({"type": "pong"})
                case 8:
                    raise ConnectionError(f"closed: {payload[2:].decode()}")
                case 9:
                    self._frame(10, payload)

    def _count(self):
        try:
            while (message := self._receive())["type"] == "next":
                # What can't be told just now, for the database is away, comes with errors.
                self.events += "errors" not in message["payload"]
            self.over = message
        except (OSError, ValueError) as error:
            self.over = error
