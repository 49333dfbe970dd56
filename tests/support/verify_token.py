"""Verifies an access token as an application would: with the published keys and PyJWT, asking nobody.

Reads {token, keys, audience, issuer} from standard input; prints {claims} or {refused: the name of the error}.
The moment of expiry is not looked at: tests have a clock of their own.
"""

import json
import sys

import jwt

asked = json.load(sys.stdin)
try:
    kid = jwt.get_unverified_header(asked["token"])["kid"]
    key = jwt.PyJWKSet.from_dict(asked["keys"])[kid]
    claims = jwt.decode(
        asked["token"],
        key,
        algorithms=["EdDSA"],
        audience=asked["audience"],
        issuer=asked["issuer"],
        options={"verify_exp": False, "require": ["exp", "iat", "sub", "jti"]},
    )
    print(json.dumps({"claims": claims}))
except jwt.PyJWTError as error:
    print(json.dumps({"refused": type(error).__name__}))
