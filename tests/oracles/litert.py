"""Google's LiteRT runs the models of faces, one thread.

    litert.py run MODEL.tflite IN OUT           raw little-endian floats in; the outputs in the file's order out
    litert.py rate RUNS MODEL.tflite IN ...     best time of a run in milliseconds, a line a pair of model and input
"""

import sys
import time

import numpy
from ai_edge_litert.interpreter import Interpreter


def prepared(model, source):
    interpreter = Interpreter(model, num_threads=1)
    interpreter.allocate_tensors()
    details = interpreter.get_input_details()[0]
    numbers = numpy.fromfile(source, dtype="<f4").reshape(details["shape"])
    interpreter.set_tensor(details["index"], numbers)
    return interpreter


def run(model, source, target):
    interpreter = prepared(model, source)
    interpreter.invoke()
    outputs = [interpreter.get_tensor(output["index"]) for output in interpreter.get_output_details()]
    numpy.concatenate([output.flatten() for output in outputs]).astype("<f4").tofile(target)


def rate(runs, *pairs):
    for model, source in zip(pairs[::2], pairs[1::2]):
        interpreter = prepared(model, source)
        best = float("inf")
        for _ in range(int(runs)):
            begin = time.perf_counter()
            interpreter.invoke()
            best = min(best, time.perf_counter() - begin)
        print(best * 1000)


if __name__ == "__main__":
    {"run": run, "rate": rate}[sys.argv[1]](*sys.argv[2:])
