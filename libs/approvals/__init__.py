"""Joint sign-off: a protected change waits until all who must sign have signed the same exact content.

Mounted in the schema of the service that owns what is protected, so that the effect is in the transaction of the last
signature.
"""
