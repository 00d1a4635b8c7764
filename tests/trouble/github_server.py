"""A server on loopback that lists issues as GitHub's REST API does: paging, ETag, limits."""

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit


class Server:
    """Serves `issues`; `script` holds answers to give first: (status, headers) in place of a page."""

    def __init__(self, issues):
        self.issues, self.script, self.asked = issues, [], []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                server.answer(self)

            def log_message(self, *arguments):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def answer(self, request):
        split = urlsplit(request.path)
        query = {k: v[0] for k, v in parse_qs(split.query).items()}
        self.asked.append((split.path, query, dict(request.headers)))
        if self.script:
            status, headers = self.script.pop(0)
            return self.send(request, status, headers, b'{"message": "scripted"}')
        if split.path != "/repos/acme/net/issues":
            return self.send(request, 404, {}, b'{"message": "Not Found"}')
        found = sorted(self.issues, key=lambda i: (i["updated_at"], i["number"]))
        found = [i for i in found if i["updated_at"] >= query.get("since", "")]
        size, page = int(query["per_page"]), int(query.get("page", 1))
        body = json.dumps(found[(page - 1) * size : page * size]).encode()
        headers = {"ETag": f'W/"{hashlib.sha1(body).hexdigest()}"'}
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return self.send(request, 304, headers, b"")
        if page * size < len(found):
            following = urlencode({**query, "page": page + 1})
            headers["Link"] = f'<{self.url}{split.path}?{following}>; rel="next"'
        return self.send(request, 200, headers, body)

    def send(self, request, status, headers, body):
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def close(self):
        self.http.shutdown()
        self.http.server_close()


def issue(number, title="t", body="", state="closed", updated=None, milestone=None):
    """One issue as the API gives it."""
    return {
        "number": number,
        "title": title,
        "body": body,
        "state": state,
        "html_url": f"https://github.com/acme/net/issues/{number}",
        "labels": [{"name": "bug"}],
        "milestone": milestone and {"title": milestone},
        "updated_at": updated or f"2025-01-01T00:{number // 60:02d}:{number % 60:02d}Z",
    }
