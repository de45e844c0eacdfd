"""https in one room: a certificate of this machine's own for a week, for the laptop and the phones beside it.

An authority is made, signs one certificate and is forgotten: its key never reaches a disk, so that nobody, not even
whoever steals the laptop, can sign another certificate that the phones would trust.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from skygge.upkeep.room import RoomCertificate, parts_in

LASTS = timedelta(days=7)
# A certificate with less left than this is made anew at the next start, so that it does not end in the middle of a day.
LEAST_LEFT = timedelta(days=1)
# Clocks of phones may be behind.
BEGINS_BEFORE = timedelta(hours=12)


def room_certificate(data: Path, host: str, now: datetime) -> RoomCertificate:
    """The certificate for a host name or address, made anew where there is none or it ends soon.

    The authority may vouch for nothing but this host. Raises OSError where the folder cannot be written.
    """
    found = parts_in(data)
    if all(part.is_file() for part in (found.certificate, found.key, found.authority)):
        present = x509.load_pem_x509_certificate(found.certificate.read_bytes())
        names = present.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        if present.not_valid_after_utc - now > LEAST_LEFT and _general_name(host) in names:
            return found
    _make(found, host, now)
    return found


def _make(parts: RoomCertificate, host: str, now: datetime) -> None:
    parts.key.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Skygge in this room, {now:%Y-%m-%d}")])
    authority = (
        _blank(name, name, now)
        .public_key(authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints(permitted_subtrees=[_subtree(host)], excluded_subtrees=None), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    certificate = (
        _blank(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]), name, now)
        .public_key(key.public_key())
        .add_extension(x509.SubjectAlternativeName([_general_name(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    _write(parts.key, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), mode=0o600)
    _write(parts.certificate, certificate.public_bytes(Encoding.PEM) + authority.public_bytes(Encoding.PEM))
    _write(parts.authority, authority.public_bytes(Encoding.PEM))


def _blank(subject: x509.Name, issuer: x509.Name, now: datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BEGINS_BEFORE)
        .not_valid_after(now + LASTS)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _subtree(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_network(host))
    except ValueError:
        return x509.DNSName(host)


def _write(file: Path, text: bytes, mode: int = 0o644) -> None:
    half = file.with_suffix(file.suffix + ".part")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as target:
        target.write(text)
    half.replace(file)
