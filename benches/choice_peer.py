"""The usual way to choose k with scikit-learn, for benches/choice.rs.

    python3 choice_peer.py POINTS COLUMNS LOW HIGH

Reads POINTS (row-major little-endian float32) and prints for each k: k, the
mean squared distance to the nearest centre, the silhouette; then `took`,
seconds, and the peak of resident memory in kB.
"""

import resource
import sys
import time

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

path, columns, low, high = sys.argv[1], *map(int, sys.argv[2:5])
points = np.fromfile(path, "<f4").reshape(-1, columns)
start = time.perf_counter()
for k in range(low, high + 1):
    model = KMeans(k, n_init=3, random_state=0).fit(points)
    silhouette = silhouette_score(points, model.labels_, sample_size=10_000, random_state=0)
    print(k, model.inertia_ / len(points), silhouette, flush=True)
took = time.perf_counter() - start
print("took", took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
