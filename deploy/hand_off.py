"""Twenty lines for the back end of a product: hand a signed-in person over to the help centre."""

import time
import uuid

from joserfc import jwt
from joserfc.jwk import ECKey


def hand_off_token(key: ECKey, *, issuer: str, help_centre: str, person: str, email: str, space: str, role: str) -> str:
    """Return a token for the form below. `key` is the product's private P-256 key; the help centre has the public one.

    <form method="post" action="https://help.example.com/widget/handoff">
      <input type="hidden" name="token" value="…"><input type="hidden" name="next" value="/fr/abonnement/retrograder/">
      <button>Aide</button></form>
    """
    now = int(time.time())
    header = {"alg": "ES256", "typ": "hand-off+jwt", "kid": key.kid}
    claims = {"iss": issuer, "aud": help_centre, "sub": person, "email": email, "space": space, "role": role}
    return jwt.encode(header, claims | {"iat": now, "exp": now + 60, "jti": uuid.uuid4().hex}, key)
