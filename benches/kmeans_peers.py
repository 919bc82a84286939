"""scikit-learn's k-means, told by benches/kmeans.rs when to fit.

    python3 kmeans_peers.py FOLDER COLUMNS CLUSTERS ITERATIONS THREADS

Reads FOLDER/points.f32 and FOLDER/centres.f32 (row-major little-endian
float32). For each line on standard input (lloyd, elkan, reference, end) fits
from those centres and prints seconds, iterations and the sum of squares,
computed in float64. The reference is Lloyd in float64.

The first line out says which scikit-learn it is and what its BLAS runs on.

    python3 kmeans_peers.py sets FOLDER

writes scikit-learn's small data sets as CSV into FOLDER, plain and standardised,
for benches/kmeans_best.rs.

    python3 kmeans_peers.py best

prints the least sums of squares that scikit-learn finds on these in 1,000
starts.
"""

import sys
import time
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_info, threadpool_limits

warnings.filterwarnings("ignore")


def sum_of_squares(points, centres, labels):
    total = 0.0
    for start in range(0, len(points), 100_000):
        rows = slice(start, start + 100_000)
        apart = points[rows].astype(np.float64) - centres.astype(np.float64)[labels[rows]]
        total += float(np.einsum("ij,ij->", apart, apart))
    return total


def serve(folder, columns, clusters, iterations, threads):
    points = np.fromfile(Path(folder) / "points.f32", "<f4").reshape(-1, columns)
    centres = np.fromfile(Path(folder) / "centres.f32", "<f4").reshape(clusters, columns)
    kernels = {pool["architecture"] for pool in threadpool_info() if "architecture" in pool}
    print(f"scikit-learn {sklearn.__version__}, BLAS kernel {', '.join(kernels)}", flush=True)
    for line in sys.stdin:
        what = line.strip()
        if what == "end":
            break
        reference = what == "reference"
        data = points.astype(np.float64) if reference else points
        model = KMeans(
            clusters,
            init=centres.astype(data.dtype),
            n_init=1,
            max_iter=iterations,
            tol=0,
            algorithm="lloyd" if reference else what,
        )
        with threadpool_limits(threads):
            start = time.perf_counter()
            model.fit(data)
            seconds = time.perf_counter() - start
        total = sum_of_squares(data, model.cluster_centers_, model.labels_)
        print(seconds, model.n_iter_, repr(total), flush=True)


def small_sets():
    from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
    from sklearn.preprocessing import StandardScaler

    for name, load, clusters in [
        ("iris", load_iris, 3),
        ("wine", load_wine, 3),
        ("breast-cancer", load_breast_cancer, 2),
        ("digits", load_digits, 10),
    ]:
        plain = load().data
        yield name, clusters, plain
        yield f"{name}-standardised", clusters, StandardScaler().fit_transform(plain)


def write_sets(folder):
    for name, _, data in small_sets():
        np.savetxt(Path(folder) / f"{name}.csv", data, fmt="%.17g", delimiter=",")


def best():
    for name, clusters, data in small_sets():
        model = KMeans(clusters, n_init=1000, tol=0, random_state=0).fit(data)
        print(name, clusters, repr(model.inertia_), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "best":
        best()
    elif sys.argv[1] == "sets":
        write_sets(sys.argv[2])
    else:
        serve(sys.argv[1], *map(int, sys.argv[2:]))
