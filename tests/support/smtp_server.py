"""A mail server for tests: keeps what it is sent, and misbehaves on request.

    python tests/support/smtp_server.py --port 0

prints `ready port=N http=M` once both ports of 127.0.0.1 are open, and runs until it is stopped. What it
does with a message is written in the local part of the recipient (`+anything` makes it unique to a test):

    tempfail-2+x@   451 to the first two attempts, then accepted
    refuse+x@       550 5.1.1, always
    mailbox-full+x@ 552 5.2.2, always
    slow-3+x@       accepted three seconds after the final dot
    drop-after-dot+x@  kept, but the connection is cut instead of an answer to the final dot
    anything else   accepted

A sign-in is accepted unless the password is `wrong` (535 5.7.8); none is required.

`GET /mails?to=ADDRESS` on the other port answers a JSON list, oldest first, of what was kept for the address:
`{"from", "to", "login", "data"}`; `GET /attempts?to=ADDRESS` answers how often it was named in RCPT.
"""

import argparse
import asyncio
import collections
import json
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.smtp import SMTP, AuthResult


class Mailbox:
    """What was kept and how often each address was tried."""

    def __init__(self):
        self._lock = threading.Lock()
        self._mails = []
        self._attempts = collections.Counter()

    def keep(self, mail):
        with self._lock:
            self._mails.append(mail)

    def mails(self, recipient):
        with self._lock:
            return [mail for mail in self._mails if mail["to"] == recipient]

    def attempt(self, recipient):
        """Counts one attempt and says how many there have been."""
        with self._lock:
            self._attempts[recipient] += 1
            return self._attempts[recipient]

    def attempts(self, recipient):
        with self._lock:
            return self._attempts[recipient]


def script(recipient):
    """The name and the number in `name-number+rest@domain`; the number is 0 when there is none."""
    words = recipient.split("@")[0].split("+")[0]
    name, _, number = words.rpartition("-")
    return (name, int(number)) if name and number.isdigit() else (words, 0)


class Handler:
    """Follows the script in each recipient's local part."""

    def __init__(self, mailbox):
        self._mailbox = mailbox

    async def handle_RCPT(self, server, session, envelope, address, options):
        attempt = self._mailbox.attempt(address)
        match script(address):
            case ("tempfail", times) if attempt <= times:
                return "451 4.3.0 Try again later"
            case ("refuse", _):
                return "550 5.1.1 No such user here"
            case ("mailbox-full", _):
                return "552 5.2.2 Mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient ok"

    async def handle_DATA(self, server, session, envelope):
        for recipient in envelope.rcpt_tos:
            self._mailbox.keep(
                {
                    "from": envelope.mail_from,
                    "to": recipient,
                    "login": session.auth_data,
                    "data": envelope.content.decode("utf-8", "replace"),
                }
            )
        for name, number in map(script, envelope.rcpt_tos):
            if name == "slow":
                await asyncio.sleep(number)
            if name == "drop-after-dot":
                server.transport.abort()
                raise ConnectionResetError
        return "250 2.0.0 Kept"


def authenticate(server, session, envelope, mechanism, auth_data):
    login = auth_data.login.decode()
    return AuthResult(success=auth_data.password != b"wrong", handled=False, auth_data=login)


def web_server(mailbox):
    """The port on which tests read what was kept."""

    class Reader(BaseHTTPRequestHandler):
        def do_GET(self):
            url = urllib.parse.urlsplit(self.path)
            recipient = urllib.parse.parse_qs(url.query).get("to", [""])[0]
            match url.path:
                case "/mails":
                    self._answer(200, mailbox.mails(recipient))
                case "/attempts":
                    self._answer(200, mailbox.attempts(recipient))
                case _:
                    self._answer(404, "ask for /mails?to= or /attempts?to=")

        def _answer(self, status, value):
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Tests read the answers; a line per request would only hide other output."""

    return ThreadingHTTPServer(("127.0.0.1", 0), Reader)


async def serve(port):
    mailbox = Mailbox()
    web = web_server(mailbox)
    threading.Thread(target=web.serve_forever, daemon=True).start()

    def session():
        return SMTP(
            Handler(mailbox),
            hostname="mail.test",
            authenticator=authenticate,
            auth_require_tls=False,
            enable_SMTPUTF8=True,
        )

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", port)
    print(f"ready port={server.sockets[0].getsockname()[1]} http={web.server_port}", flush=True)
    await server.serve_forever()


def main():
    parser = argparse.ArgumentParser(description="A mail server for tests.")
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes any free one")
    try:
        asyncio.run(serve(parser.parse_args().port))
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
