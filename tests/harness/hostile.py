"""Sends what an attacker beside the path would, from a raw socket, until SIGTERM; then says how many frames it sent.

    hostile.py KIND SEED DEVICE MAC FROM:PORT,TO:PORT...

guesses: RST and FIN on the connections FROM -> TO, whole and with right checksums, with guessed sequence numbers.
garbage: random bytes, and segments of these connections that are cut short, or lie about their lengths, options and sums.
Everything is drawn from SEED, before the first frame leaves.
"""

import random
import signal
import socket
import struct
import sys

FRAMES = 20000
SYN, RST, FIN_ACK, PSH_ACK = 0x02, 0x04, 0x11, 0x18

kind, seed, device, mac, *connections = sys.argv[1:]
draw = random.Random(int(seed))
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
link.bind((device, 0))
ethernet = bytes.fromhex(mac.replace(":", "")) + link.getsockname()[4]


def endpoint(text):
    address, port = text.split(":")
    return socket.inet_aton(address), int(port)


flows = [[endpoint(end) for end in connection.split(",")] for connection in connections]


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ipv4(flow, body, protocol=6):
    """A packet around `body`, with the header's sum."""
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), draw.getrandbits(16), 0, 64, protocol, 0)
    head += flow[0][0] + flow[1][0]
    return bytearray(head[:10] + struct.pack(">H", checksum(head)) + head[12:] + body)


def segment(flow, flags, options=b"", payload=b""):
    """A whole TCP packet, right in everything but what nobody beside the path can know."""
    (here, port), (there, other) = flow
    offset = (5 + len(options) // 4) << 4
    numbers = draw.getrandbits(32), draw.getrandbits(32)
    head = struct.pack(">HHIIBBHHH", port, other, *numbers, offset, flags, draw.getrandbits(16), 0, 0)
    body = head + options + payload
    pseudo = here + there + struct.pack(">HH", 6, len(body))
    total = checksum(pseudo + body)
    return ipv4(flow, body[:16] + struct.pack(">H", total) + body[18:])


def guess():
    return segment(draw.choice(flows), draw.choice([RST, RST | 0x10, FIN_ACK, SYN, SYN | 0x10]))


def garbage():
    flow = draw.choice(flows)
    way = draw.randrange(7)
    if way == 0:
        return draw.randbytes(draw.randrange(1, 1400))
    if way == 1:
        return ipv4(flow, draw.randbytes(draw.randrange(0, 200)), draw.choice([1, 6, 6, 6, 17, 255]))
    whole = segment(flow, draw.getrandbits(8), draw.randbytes(4 * draw.randrange(11)), draw.randbytes(draw.randrange(100)))
    if way == 2:
        return whole[: draw.randrange(1, len(whole))]
    if way == 3:  # the length of IP's header, or of the packet
        whole[draw.choice([0, 2, 3])] = draw.getrandbits(8)
    if way == 4:  # the length of TCP's header
        whole[32] = draw.getrandbits(8)
    if way == 5:  # anything
        for _ in range(draw.randrange(1, 8)):
            whole[draw.randrange(len(whole))] = draw.getrandbits(8)
    return whole


make = {"guesses": guess, "garbage": garbage}[kind]
frames = [ethernet + b"\x08\x00" + make() for _ in range(FRAMES)]
sent = 0


def end(*_):
    print(sent, flush=True)
    sys.exit(0)


signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
while True:
    for frame in frames:
        try:
            link.send(frame)
            sent += 1
        except OSError:  # the queue is full
            pass
