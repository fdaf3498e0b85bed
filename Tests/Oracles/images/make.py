"""Makes the images of this folder and what Pillow reads in them: pixels.safetensors, a tensor [H, W, 3] for each file (after
convert("RGB")), and resized.safetensors, the same of photo.png resized bilinearly. Needs Pillow, numpy and safetensors."""

import io
import pathlib

import numpy as np
from PIL import Image
from safetensors.numpy import save_file

here = pathlib.Path(__file__).parent
random = np.random.default_rng(0)


def photo(height, width):
    """A smooth image with edges and a little noise, as photographs are."""
    y, x = np.mgrid[0:height, 0:width]
    waves = [127 + 90 * np.sin(x / (3 + c) + y / (7 - c)) + 40 * ((x // 8 + y // 6 + c) % 2) for c in range(3)]
    return np.clip(np.stack(waves, -1) + random.normal(0, 4, (height, width, 3)), 0, 255).astype(np.uint8)


def orientation(value):
    exif = Image.Exif()
    exif[0x0112] = value
    return exif.tobytes()


color = Image.fromarray(photo(45, 61))
save = lambda image, name, **options: image.save(here / name, **options)
for name, sampling in [("444", 0), ("422", 1), ("420", 2)]:
    save(color, f"jpeg_{name}.jpg", quality=85, subsampling=sampling)
save(color, "jpeg_progressive.jpg", quality=80, progressive=True)
save(color, "jpeg_restart.jpg", quality=80, restart_marker_blocks=2)
save(color.convert("L"), "jpeg_gray.jpg", quality=85)
save(color.convert("CMYK"), "jpeg_cmyk.jpg", quality=90)
save(color, "jpeg_rgb.jpg", quality=85, keep_rgb=True)
cmyk = (here / "jpeg_cmyk.jpg").read_bytes()
# The same data called YCCK: the last byte of the Adobe marker.
place = cmyk.index(b"Adobe") + 11
(here / "jpeg_ycck.jpg").write_bytes(cmyk[:place] + b"\x02" + cmyk[place + 1 :])
save(color, "jpeg_orientation6.jpg", quality=85, exif=orientation(6))
save(Image.fromarray(photo(1, 1)), "jpeg_1x1.jpg")
save(Image.fromarray(photo(9, 500)), "jpeg_wide.jpg", quality=70)

gray = np.asarray(color.convert("L"))
save(color, "png_rgb.png")
save(color, "photo.png")
save(color.convert("L"), "png_gray.png")
save(color.convert("1"), "png_gray1.png")
save(Image.fromarray(np.dstack([np.asarray(color), 255 - gray])), "png_rgba.png")
save(Image.fromarray(np.dstack([gray, 255 - gray]), "LA"), "png_gray_alpha.png")
for bits in (1, 2, 4, 8):
    save(color.quantize(2**bits), f"png_palette{bits}.png", bits=bits)
save(color.quantize(16), "png_palette_transparent.png", transparency=3)
save(color, "png_rgb_transparent.png", transparency=(0, 0, 0))
save(color.convert("L"), "png_gray_transparent.png", transparency=7)


def raw_png(name, array, bits, kind, interlaced=False):
    """A PNG of samples [H, W, C], by hand: Pillow does not write 2 or 16 bits of every kind, nor interlaced files."""
    import struct
    import zlib

    height, width, channels = array.shape

    def packed(rows):
        lines = b""
        for row in rows:
            values = row.reshape(-1).astype(int)
            if bits == 16:
                line = values.astype(">u2").tobytes()
            else:
                text = "".join(format(value, f"0{bits}b") for value in values)
                text += "0" * (-len(text) % 8)
                line = bytes(int(text[place : place + 8], 2) for place in range(0, len(text), 8))
            lines += b"\0" + line
        return lines

    if interlaced:
        passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
        data = b"".join(packed(part) for y, x, dy, dx in passes if (part := array[y::dy, x::dx]).size)
    else:
        data = packed(array)
    chunk = lambda tag, body: struct.pack(">I", len(body)) + tag + body + struct.pack(">I", zlib.crc32(tag + body))
    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, int(interlaced))
    whole = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b"")
    (here / name).write_bytes(whole)


small = photo(21, 19)
raw_png("png_gray2.png", small[:, :, :1] >> 6, 2, 0)
raw_png("png_gray4.png", small[:, :, :1] >> 4, 4, 0)
raw_png("png_rgb16.png", small.astype(int) * 257 - 3 * (small > 3), 16, 2)
raw_png("png_rgba16.png", np.dstack([small, small[:, :, 0]]).astype(int) * 256 + 200, 16, 6)
raw_png("png_gray_alpha16.png", small[:, :, :2].astype(int) * 256 + 77, 16, 4)
raw_png("png_interlaced.png", small, 8, 2, interlaced=True)
raw_png("png_interlaced_gray1.png", small[:, :, :1] >> 7, 1, 0, interlaced=True)
deep = small[:, :, :1].astype(int) * 256 + 55
raw_png("png_gray16.png", deep, 16, 0)

pixels = {}
for file in sorted([*here.glob("jpeg_*"), *here.glob("png_*")]):
    pixels[file.name] = np.asarray(Image.open(file).convert("RGB"))
# Pillow clips 16-bit gray at 255, which makes nearly every pixel white; here the upper 8 bits are taken, as of color.
pixels["png_gray16.png"] = np.repeat((deep >> 8).astype(np.uint8), 3, axis=2)
save_file(pixels, here / "pixels.safetensors")

# [height, width] of the result in the name.
resized = {}
for height, width in [(45, 61), (32, 43), (22, 30), (7, 5), (1, 1), (90, 122), (45, 20), (100, 61), (46, 60)]:
    resized[f"{height}x{width}"] = np.asarray(color.resize((width, height), Image.BILINEAR))
save_file(resized, here / "resized.safetensors")
