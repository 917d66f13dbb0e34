//! Spans as a tree: whose child each is, in which order they are shown, and what time is their own.
//!
//! Whatever ids are claimed, it ends: a span whose parent is missing stands at the root, and so does the earliest of a
//! circle. The order in which spans come does not matter.

/// A span as the tree looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// Its id; one of several with the same is taken as parent.
    pub id: u64,
    /// Its parent's id; 0 is none.
    pub parent: u64,
    /// When it began, ns.
    pub start: u64,
    /// When it ended, ns; not before its beginning.
    pub end: u64,
}

/// Spans and their parents.
#[derive(Debug, Clone)]
pub struct Tree<'a> {
    nodes: &'a [Node],
    parents: Vec<Option<u32>>,
    /// Where the children of each begin in `children`, and at the end where they end.
    starts: Vec<u32>,
    /// Children of the first, then of the second, and so on, each by their beginning; then the roots.
    children: Vec<u32>,
}

impl<'a> Tree<'a> {
    /// The tree of these spans.
    pub fn new(nodes: &'a [Node]) -> Self {
        let mut by_id: Vec<(u64, u32)> = nodes.iter().zip(0..).map(|(node, i)| (node.id, i)).collect();
        by_id.sort_unstable();
        let find = |id: u64| {
            let i = by_id.partition_point(|(other, _)| *other < id);
            by_id.get(i).filter(|(other, _)| *other == id).map(|(_, i)| *i)
        };
        let mut parents: Vec<Option<u32>> =
            nodes.iter().map(|node| (node.parent != 0).then(|| find(node.parent)).flatten()).collect();
        cut_circles(nodes, &mut parents);
        let n = nodes.len();
        // Roots count as children of one more that stands behind the last.
        let place = |parent: Option<u32>| parent.map_or(n, |p| p as usize);
        let mut starts = vec![0u32; n + 2];
        for parent in &parents {
            starts[place(*parent) + 1] += 1;
        }
        for i in 0..=n {
            starts[i + 1] += starts[i];
        }
        let mut children: Vec<u32> = (0..n as u32).collect();
        children.sort_unstable_by_key(|i| {
            let node = &nodes[*i as usize];
            (place(parents[*i as usize]), node.start, node.id, *i)
        });
        Self { nodes, parents, starts, children }
    }

    /// The parent of a span.
    pub fn parent(&self, i: usize) -> Option<usize> {
        self.parents[i].map(|p| p as usize)
    }

    /// The children of a span, by their beginning.
    pub fn children(&self, i: usize) -> impl DoubleEndedIterator<Item = usize> + '_ {
        self.children[self.starts[i] as usize..self.starts[i + 1] as usize].iter().map(|child| *child as usize)
    }

    /// Every span once, each after its parent, with its depth.
    pub fn order(&self) -> Vec<(usize, u16)> {
        let mut order = Vec::with_capacity(self.nodes.len());
        let mut waiting: Vec<(usize, u16)> = self.children(self.nodes.len()).rev().map(|root| (root, 0)).collect();
        while let Some((i, depth)) = waiting.pop() {
            order.push((i, depth));
            waiting.extend(self.children(i).rev().map(|child| (child, depth.saturating_add(1))));
        }
        order
    }

    /// Time of a span without its children, ns: what of them lies within it is counted once where they overlap.
    pub fn own(&self, i: usize) -> u64 {
        let Node { start, end, .. } = self.nodes[i];
        let (mut own, mut reached) = (0, start);
        for child in self.children(i) {
            let (from, to) = (self.nodes[child].start.clamp(start, end), self.nodes[child].end.clamp(start, end));
            own += from.saturating_sub(reached);
            reached = reached.max(to);
        }
        own + end.saturating_sub(reached)
    }
}

/// Makes the earliest span of each circle a root.
fn cut_circles(nodes: &[Node], parents: &mut [Option<u32>]) {
    // The walk that came by each span; 0 is none yet.
    let mut walks = vec![0u32; nodes.len()];
    for (first, walk) in (0..nodes.len()).zip(1..) {
        let mut at = first;
        while walks[at] == 0 {
            walks[at] = walk;
            let Some(parent) = parents[at] else { break };
            at = parent as usize;
        }
        if walks[at] != walk || parents[at].is_none() {
            continue;
        }
        // The walk came back to where it had been: `at` is on a circle.
        let (mut earliest, mut next) = (at, at);
        while let Some(parent) = parents[next] {
            next = parent as usize;
            if (nodes[next].start, nodes[next].id) < (nodes[earliest].start, nodes[earliest].id) {
                earliest = next;
            }
            if next == at {
                break;
            }
        }
        parents[earliest] = None;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn nodes(all: &[(u64, u64, u64, u64)]) -> Vec<Node> {
        all.iter().map(|(id, parent, start, end)| Node { id: *id, parent: *parent, start: *start, end: *end }).collect()
    }

    /// `id@depth=own` of each, in order.
    fn written(all: &[(u64, u64, u64, u64)]) -> String {
        let nodes = nodes(all);
        let tree = Tree::new(&nodes);
        let words = tree.order().into_iter().map(|(i, depth)| format!("{}@{depth}={}", nodes[i].id, tree.own(i)));
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn spans_stand_after_their_parents_with_their_own_time() {
        for (all, expect) in [
            (&[][..], ""),
            (&[(2, 1, 10, 30), (1, 0, 0, 100), (3, 1, 50, 60)], "1@0=70 2@1=20 3@1=10"),
            // Overlapping children are counted once, and what stands out of the parent not at all.
            (&[(1, 0, 0, 100), (2, 1, 10, 50), (3, 1, 40, 60), (4, 1, 90, 150)], "1@0=40 2@1=40 3@1=20 4@1=60"),
            // A child within another child's time.
            (&[(1, 0, 0, 10), (2, 1, 0, 10), (3, 1, 2, 4)], "1@0=0 2@1=10 3@1=2"),
            // A missing parent, a self-parent, a circle, a tail on a circle.
            (&[(2, 9, 5, 6), (1, 0, 0, 1)], "1@0=1 2@0=1"),
            (&[(7, 7, 0, 3)], "7@0=3"),
            (&[(1, 2, 5, 10), (2, 1, 0, 10), (3, 1, 6, 7)], "2@0=5 1@1=4 3@2=1"),
            (&[(1, 0, 0, 10), (2, 1, 20, 30)], "1@0=10 2@1=10"),
        ] {
            assert_eq!(written(all), expect, "{all:?}");
        }
    }

    proptest! {
        #[test]
        fn any_ids_come_to_an_end_and_any_order_gives_the_same(
            all in prop::collection::btree_map(1u64..12, (0u64..14, 0u64..50, 0u64..50), 0..12),
            seed in any::<u64>(),
        ) {
            let all: Vec<_> = all.into_iter().map(|(id, (parent, a, b))| (id, parent, a.min(b), a.max(b))).collect();
            let mut other = all.clone();
            other.sort_by_key(|(id, ..)| (id ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let text = written(&all);
            prop_assert_eq!(text.split_whitespace().count(), all.len());
            prop_assert_eq!(text, written(&other));
        }
    }
}
