SELECT k, chosen, gap, gap_error, smallest_stability, silhouette, calinski_harabasz, davies_bouldin, inertia, smallest_share FROM choice ORDER BY k
