"""nginx before several centres, set up as docs/operations.md says."""

from __future__ import annotations

import os
from pathlib import Path

from support.processes import Program

# Whatever reads, and facts, which may come twice, go to the other centre when one does not answer.
_CONFIGURATION = """
daemon off; {user} pid nginx.pid; error_log stderr warn;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    upstream centres {{ {servers} }}
    server {{
        listen 127.0.0.1:{port};
        client_max_body_size 0;
        proxy_http_version 1.1;
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $remote_addr;
        location ~ ^/api/v1/(facts|envelopes)$ {{ proxy_next_upstream error timeout non_idempotent; proxy_pass http://centres; }}
        location / {{ proxy_pass http://centres; }}
    }}
}}
"""


def nginx(folder: Path, port: int, centres: list[int]) -> Program:
    """Not yet started; makes the folder for what it keeps."""
    folder.mkdir()
    # As root its workers would be somebody else's, who may not write here.
    user = "user root;" if os.getuid() == 0 else ""
    servers = " ".join(f"server 127.0.0.1:{centre} max_fails=0;" for centre in centres)
    (folder / "nginx.conf").write_text(_CONFIGURATION.format(user=user, servers=servers, port=port))
    return Program(["/usr/sbin/nginx", "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"], folder.with_suffix(".log"))
