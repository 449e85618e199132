"""Independent judges of pictures: NBIS (WSQ, MINDTCT, BOZORTH3, NFIQ 2) and Pillow (JPEG 2000).

    pictures.py wsq-encode IN.png OUT.wsq      NBIS encodes at 0.75 bits a pixel
    pictures.py wsq-decode IN.wsq OUT.png      NBIS decodes
    pictures.py wsq-rate IN.png RUNS           best encode and decode times in milliseconds
    pictures.py decode IN OUT.png              Pillow decodes anything it knows
    pictures.py match IN.png ...               BOZORTH3 scores, a row a picture
    pictures.py minutiae IN.png ...            MINDTCT's minutiae, a line a picture: x,y,degrees,kind,reliability ...
    pictures.py minutiae-rate RUNS IN.png ...  best time of the slowest picture in milliseconds
    pictures.py quality IN.png ...             NFIQ 2 scores, a line a picture
"""

import sys
import time

from PIL import Image


def wsq_encode(source, target):
    import _wsq

    image = Image.open(source).convert("L")
    width, height = image.size
    with open(target, "wb") as out:
        out.write(_wsq.compress(image.tobytes(), height, width, 0.75))


def wsq_decode(source, target):
    import wsq  # noqa: F401  (registers the Pillow plugin)

    Image.open(source).convert("L").save(target)


def wsq_rate(source, runs):
    import _wsq

    image = Image.open(source).convert("L")
    width, height = image.size
    pixels = image.tobytes()
    encode, decode = [], []
    for _ in range(int(runs)):
        begin = time.perf_counter()
        stream = _wsq.compress(pixels, height, width, 0.75)
        middle = time.perf_counter()
        _wsq.decompress(stream)
        encode.append(middle - begin)
        decode.append(time.perf_counter() - middle)
    print(f"{min(encode) * 1000:.3f} {min(decode) * 1000:.3f}")


def decode(source, target):
    Image.open(source).save(target)


def extractor(with_quality):
    import nbis

    return nbis.new_nbis_extractor(
        nbis.NbisExtractorSettings(
            min_quality=0.0,
            get_center=False,
            check_fingerprint=False,
            compute_nfiq2=with_quality,
            ppi=500.0,
        )
    )


def extract(paths, with_quality):
    one = extractor(with_quality)
    return [one.extract_minutiae_from_image_file(path) for path in paths]


def match(*paths):
    found = extract(paths, False)
    for one in found:
        print(" ".join(str(one.compare(other)) for other in found))


def minutiae(*paths):
    for one in extract(paths, False):
        fields = [
            f"{m.x()},{m.y()},{m.angle():.2f},{m.kind().name.lower()},{m.reliability():.3f}"
            for m in one.get()
        ]
        print(" ".join(fields))


def minutiae_rate(runs, *paths):
    one = extractor(False)
    slowest = 0
    for path in paths:
        times = []
        for _ in range(int(runs)):
            begin = time.perf_counter()
            one.extract_minutiae_from_image_file(path)
            times.append(time.perf_counter() - begin)
        slowest = max(slowest, min(times))
    print(f"{slowest * 1000:.3f}")


def quality(*paths):
    for one in extract(paths, True):
        print(one.quality().score)


if __name__ == "__main__":
    commands = [wsq_encode, wsq_decode, wsq_rate, decode, match, minutiae, minutiae_rate, quality]
    {f.__name__.replace("_", "-"): f for f in commands}[sys.argv[1]](*sys.argv[2:])
