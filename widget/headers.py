"""The security headers: what a browser may do with our pages. One text for the service, nginx, Caddy and Netlify."""

import base64
import hashlib
import re
from collections.abc import Iterable

from secure import (
    ContentSecurityPolicy,
    CrossOriginOpenerPolicy,
    CrossOriginResourcePolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    Secure,
    StrictTransportSecurity,
    XContentTypeOptions,
)

#: A year, for every host below ours; sent over https only, where it means something.
STRICT_TRANSPORT = StrictTransportSecurity().max_age(31_536_000).include_subdomains()
#: Name of an asset whose content never changes under that name: it carries a hash or a version.
FINGERPRINTED = re.compile(r"[.-](?:[0-9a-f]{8}|[0-9]+\.[0-9]+\.[0-9]+)\.min\.(?:css|js)$")
FOREVER = "public, max-age=31536000, immutable"
#: Everything else: kept, and asked for again each time, which costs no more than the answer that it is the same.
ASKED_AGAIN = "no-cache"
#: Where a host of plain files has what is fingerprinted.
STYLES = "/assets/stylesheets/*"

# Each of these ends at the next thing of its kind: no text, however it is made, is read over and over.
_SCRIPT = re.compile(r"<script([^<>]*)>([^<]*(?:<(?!/?script)[^<]*)*)</script>")
_UNSAFE = re.compile(r"<style\b|<[^<>]+\s(?:style|on[a-z]+)\s*=", re.IGNORECASE)


def script_hashes(html: str) -> set[str]:
    """Return the hash of each inline script that runs; data blocks such as JSON-LD do not run and need none."""
    return {
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for attributes, script in _SCRIPT.findall(html)
        if "src=" not in attributes and "type=" not in attributes
    }


def unsafe(html: str) -> str | None:
    """Return the first markup that the policy would block (an inline style, an event handler), or None."""
    found = _UNSAFE.search(_SCRIPT.sub("", html))
    return found[0] if found else None


def content_policy(scripts: Iterable[str] = (), *, service: str = "", ancestors: Iterable[str] = ("'self'",)) -> str:
    """Return the content security policy of a page.

    `scripts` are the hashes of its inline scripts, `service` the origin of the service where it is another host,
    `ancestors` who may show the page in a frame.
    """
    others = [service] if service else []
    policy = (
        ContentSecurityPolicy()
        .default_src("'none'")
        .script_src("'self'", *sorted(scripts))
        .style_src("'self'")
        .img_src("'self'", "data:")
        .font_src("'self'")
        .connect_src("'self'", *others)
        .form_action("'self'", *others)
        .manifest_src("'self'")
        .object_src("'none'")
        .base_uri("'none'")
        .frame_ancestors(*ancestors)
    )
    return policy.header_value


def security_headers(policy: str) -> dict[str, str]:
    """Return every security header of an answer, by name, with this content security policy."""
    nothing = PermissionsPolicy().accelerometer().browsing_topics().camera().display_capture().geolocation()
    return dict(
        Secure(
            coop=CrossOriginOpenerPolicy().same_origin(),
            # Another sub-domain may load what is ours: a site on a CDN takes the widget's files from the service.
            corp=CrossOriginResourcePolicy().same_site(),
            permissions=nothing.gyroscope().magnetometer().microphone().midi().payment().usb(),
            referrer=ReferrerPolicy().strict_origin_when_cross_origin(),
            xcto=XContentTypeOptions(),
        ).headers
    ) | {"Content-Security-Policy": policy}


def for_netlify(headers: dict[str, str]) -> str:
    """Return the headers as a `_headers` file, which Netlify, Cloudflare Pages and others read."""
    lines = [f"  {name}: {value}" for name, value in _with_transport(headers).items()]
    return "\n".join(["/*", *lines, STYLES, f"  Cache-Control: {FOREVER}", ""])


def for_nginx(headers: dict[str, str]) -> str:
    """Return the headers as an nginx file, to be included in a `server` block."""
    return "".join(f'add_header {name} "{value}" always;\n' for name, value in _with_transport(headers).items())


def for_caddy(headers: dict[str, str]) -> str:
    """Return the headers as a Caddy snippet: `import headers.caddy`, then `import help_centre_headers`."""
    lines = "".join(f'\t\t{name} "{value}"\n' for name, value in _with_transport(headers).items())
    kept = f'\t@kept path {STYLES}\n\theader @kept Cache-Control "{FOREVER}"\n'
    other = f'\theader ?Cache-Control "{ASKED_AGAIN}"\n'  # where nothing else is said
    return f"(help_centre_headers) {{\n\theader {{\n{lines}\t}}\n{kept}{other}}}\n"


def _with_transport(headers: dict[str, str]) -> dict[str, str]:
    return headers | {STRICT_TRANSPORT.header_name: STRICT_TRANSPORT.header_value}
