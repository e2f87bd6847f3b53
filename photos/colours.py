"""Makes photos/colours: small photos of each kind of colours, and expected.csv with what they look like.

Usage: python3 -m venv /tmp/v && /tmp/v/bin/pip install pillow==13.0.0 numpy && /tmp/v/bin/python photos/colours.py

Every photo says that it has to be turned by 180 degrees, so that it is decoded and encoded anew. expected.csv has a
line for each photo, those of photos/cases included: its name, and red, green and blue of 8 by 6 fields, the means of
what Pillow with LittleCMS makes of it: upright, in sRGB, on white.
"""

import io
import os
import struct
import zlib

import numpy as np
from PIL import Image, ImageCms, ImageOps

HERE = os.path.dirname(os.path.abspath(__file__))
COLOURS = os.path.join(HERE, "colours")
CASES = os.path.join(HERE, "cases")
SRGB = ImageCms.createProfile("sRGB")
WIDTH, HEIGHT, PATCH = 160, 120, 20
TIFF = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x03\0\0\0\0\0\0"


def patches(channels, depth=8):
    """48 patches of smoothly changing values in so many channels."""
    numbers = np.random.default_rng(7)
    most = 2**depth - 1
    small = numbers.integers(0, most + 1, (HEIGHT // PATCH, WIDTH // PATCH, channels))
    return np.kron(small, np.ones((PATCH, PATCH, 1), dtype=int))


def icc(space, tags):
    """A colour profile of these tags."""
    at, table, data = 128 + 4 + 12 * len(tags), b"", b""
    for name, content in tags:
        content += b"\0" * (-len(content) % 4)
        table += struct.pack(">4sII", name, at + len(data), len(content))
        data += content
    header = struct.pack(">I4sI4s4s4s12s4s", at + len(data), b"\0" * 4, 0x02400000, b"mntr", space, b"XYZ ",
                         struct.pack(">6H", 2026, 1, 1, 0, 0, 0), b"acsp")
    header += b"\0" * 28 + struct.pack(">3I", 0xF6D6, 0x10000, 0xD32D) + b"\0" * 48
    return header + struct.pack(">I", len(tags)) + table + data


def xyz(x, y, z):
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(v * 65536) for v in (x, y, z)))


def gamma(value):
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(value * 256))


WHITE = (b"wtpt", xyz(0.9642, 1, 0.8249))
GRAY = icc(b"GRAY", [WHITE, (b"kTRC", gamma(1.8))])
P3 = icc(b"RGB ", [WHITE, (b"rXYZ", xyz(0.5151, 0.2412, -0.0011)), (b"gXYZ", xyz(0.2920, 0.6922, 0.0419)),
                   (b"bXYZ", xyz(0.1571, 0.0666, 0.7841)), *((n, gamma(2.2)) for n in (b"rTRC", b"gTRC", b"bTRC"))])


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(name, samples, depth, kind, *chunks, profile=None):
    height, width, channels = samples.shape
    rows = b""
    for row in samples:
        if depth == 16:
            packed = row.astype(">u2").tobytes()
        elif depth == 8:
            packed = row.astype("u1").tobytes()
        else:
            bits = "".join(format(v, "0%db" % depth) for v in row.flatten())
            packed = bytes(int(bits[i:i + 8].ljust(8, "0"), 2) for i in range(0, len(bits), 8))
        rows += b"\0" + packed
    whole = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0))
    if profile:
        whole += chunk(b"iCCP", b"p\0\0" + zlib.compress(profile))
    whole += chunk(b"eXIf", TIFF) + b"".join(chunk(*c) for c in chunks)
    save(name, whole + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def save(name, content):
    with open(os.path.join(COLOURS, name), "wb") as file:
        file.write(content)


def jpeg(name, image, jfif=True, ids=None, transform=None, **options):
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=95, exif=b"Exif\0\0" + TIFF, **options)
    whole, out, at = buffer.getvalue(), b"\xff\xd8", 2
    while True:
        marker, size = whole[at + 1], struct.unpack(">H", whole[at + 2:at + 4])[0] + 2
        segment = bytearray(whole[at:at + size])
        if marker == 0xEE and transform is not None:
            segment[-1] = transform
        if ids and marker == 0xC0:
            segment[10::3] = bytes(ids)
        if ids and marker == 0xDA:
            segment[5:5 + 2 * len(ids):2] = bytes(ids)
        if marker != 0xE0 or jfif:
            out += bytes(segment)
        at += size
        if marker == 0xDA:
            return save(name, out + whole[at:])


def ycc(rgb):
    return np.asarray(Image.fromarray(rgb.astype("u1"), "RGB").convert("YCbCr")).astype(int)


def make():
    os.makedirs(COLOURS, exist_ok=True)
    rgb, gray, alpha = patches(3), patches(1), patches(4)
    png("png-p3.png", rgb, 8, 2, profile=P3)
    png("png-p3-alpha-16.png", patches(4, 16), 16, 6, profile=P3)
    png("png-16.png", patches(3, 16), 16, 2)
    png("png-gray-16.png", patches(1, 16), 16, 0)
    png("png-gray-profile.png", gray, 8, 0, profile=GRAY)
    png("png-gray-4-profile.png", patches(1, 4), 4, 0, profile=GRAY)
    png("png-gray-1.png", patches(1, 1), 1, 0)
    png("png-gray-alpha.png", patches(2), 8, 4)
    png("png-gray-alpha-profile.png", patches(2), 8, 4, profile=GRAY)
    png("png-gray-key.png", gray, 8, 0, (b"tRNS", struct.pack(">H", int(gray[0, 0, 0]))))
    png("png-rgb-key.png", rgb, 8, 2, (b"tRNS", struct.pack(">3H", *(int(v) for v in rgb[0, 0]))))
    palette = (b"PLTE", bytes(int(v) for v in patches(3)[::PATCH, ::PATCH].flatten()[:48]))
    png("png-palette.png", patches(1, 4), 4, 3, palette, profile=P3)
    png("png-palette-key.png", patches(1, 4), 4, 3, palette, (b"tRNS", bytes(range(0, 256, 32))))
    image = Image.fromarray(rgb.astype("u1"), "RGB")
    jpeg("jpeg-p3.jpg", image, icc_profile=P3)
    jpeg("jpeg-gray-profile.jpg", Image.fromarray(gray[:, :, 0].astype("u1"), "L"), icc_profile=GRAY)
    jpeg("jpeg-gray.jpg", Image.fromarray(gray[:, :, 0].astype("u1"), "L"))
    jpeg("jpeg-no-jfif.jpg", image, jfif=False)
    jpeg("jpeg-no-jfif-odd-ids.jpg", image, jfif=False, ids=(0, 1, 2), subsampling=0)
    jpeg("jpeg-rgb-ids.jpg", image, jfif=False, ids=b"RGB", keep_rgb=True, subsampling=0)
    cmyk = Image.fromarray(alpha.astype("u1"), "CMYK")
    jpeg("jpeg-cmyk.jpg", cmyk)
    jpeg("jpeg-cmyk-without-adobe.jpg", cmyk, transform=None)
    inks = Image.open(os.path.join(CASES, "jpeg-rgb-with-cmyk-icc-rot6.jpg")).info["icc_profile"]
    jpeg("jpeg-cmyk-profile.jpg", cmyk, icc_profile=inks)
    stored = np.concatenate([ycc(alpha[:, :, :3]), alpha[:, :, 3:]], axis=2)
    jpeg("jpeg-ycck.jpg", Image.fromarray((255 - stored).astype("u1"), "CMYK"), transform=2)
    # Decoders differ where colours change from one pixel to the next: a quarter of the samples of colour are stored.
    smooth = image.resize((WIDTH // PATCH, HEIGHT // PATCH), 0).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
    smooth.save(os.path.join(COLOURS, "webp-p3.webp"), exif=TIFF, icc_profile=P3, quality=95)
    Image.fromarray(alpha.astype("u1"), "RGBA").save(
        os.path.join(COLOURS, "webp-alpha.webp"), exif=TIFF, lossless=True, exact=True)


def seen(path):
    image = Image.open(path)
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):
        image = Image.fromarray(((np.asarray(image).astype(int) * 255 + 32767) // 65535).astype("u1"), "L")
        image.info["exif"] = TIFF
        return seen_image(ImageOps.exif_transpose(image), None)
    return seen_image(ImageOps.exif_transpose(image), profile)


def seen_image(image, profile):
    alpha = None
    if image.mode in ("LA", "RGBA", "PA") or "transparency" in image.info:
        alpha = image.convert("RGBA").getchannel("A")
    base = {"LA": "L", "RGBA": "RGB", "P": "RGB", "PA": "RGB", "1": "L"}.get(image.mode, image.mode)
    image = image.convert(base) if base != image.mode else image
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            space = source.profile.xcolor_space.strip()
            if space == {"L": "GRAY"}.get(image.mode, image.mode):
                image = ImageCms.profileToProfile(image, source, SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            pass
    image = image.convert("RGB")
    if alpha is not None:
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=alpha)
        image = white
    return np.asarray(image).astype(float)


def fields(image):
    rows = np.array_split(np.arange(image.shape[0]), 6)
    columns = np.array_split(np.arange(image.shape[1]), 8)
    return [image[r[0]:r[-1] + 1, c[0]:c[-1] + 1, k].mean() for r in rows for c in columns for k in range(3)]


def main():
    make()
    with open(os.path.join(COLOURS, "expected.csv"), "w") as file:
        for folder in (COLOURS, CASES):
            for name in sorted(os.listdir(folder)):
                shown = name.endswith("rot6.jpg") or name.endswith("rot6.png") or name.endswith("2100px.png")
                if folder == COLOURS and not name.endswith(".csv") or shown or name.endswith("rot6.webp"):
                    values = ",".join("%.1f" % v for v in fields(seen(os.path.join(folder, name))))
                    file.write("%s/%s,%s\n" % (os.path.basename(folder), name, values))


main()
