// Breadth-first search over a random sparse graph.
#include "kernel.h"
#define V 8192
static i32 first[V + 1], to[V * 4], dist[V], queue[V];
EXPORT u32 run(i32 n) {
  seed(37);
  for (i32 i = 0; i < V; i++) { first[i] = i * 4; for (i32 k = 0; k < 4; k++) to[i * 4 + k] = rnd() % V; }
  first[V] = V * 4;
  u32 h = 0;
  for (i32 r = 0; r < n; r++) {
    for (i32 i = 0; i < V; i++) dist[i] = -1;
    i32 s = (r * 97) % V, qh = 0, qt = 0;
    dist[s] = 0;
    queue[qt++] = s;
    while (qh < qt) {
      i32 v = queue[qh++];
      for (i32 e = first[v]; e < first[v + 1]; e++) if (dist[to[e]] < 0) { dist[to[e]] = dist[v] + 1; queue[qt++] = to[e]; }
    }
    h = mix(h, qt); h = mix(h, dist[queue[qt - 1]]);
  }
  return h;
}
