namespace Bench;

/// <summary>A workload on all sides.</summary>
/// <param name="Ours">Medians of our side.</param>
/// <param name="Loss">Our loss for the weights and inputs to compare; null where no peer was there.</param>
/// <param name="Peers">Peers that were measured.</param>
internal sealed record Result(string Workload, int Threads, Side Ours, double? Loss, IReadOnlyList<PeerResult> Peers);

/// <param name="Side">Medians of the peer.</param>
/// <param name="Loss">Its loss for the weights and inputs to compare.</param>
/// <param name="Ratio">The median of our time divided by the peer's.</param>
internal sealed record PeerResult(Peer Peer, Side Side, double Loss, double Ratio, double Least, double Most);

/// <summary>All sides in turn, each in a process of its own, after all gave the same loss.</summary>
internal static class Pairs
{
    private const double Allowed = 1e-4;

    public static Result Measure(Workload workload, int threads, int pairs, IReadOnlyList<Peer> peers)
    {
        var (loss, losses) = peers.Count > 0 ? Losses(workload, peers) : (null, []);
        var (ours, theirs) = (new List<Side>(), peers.ToDictionary(peer => peer, _ => new List<Side>()));
        for (var pair = 0; pair < pairs; pair++)
        {
            ours.Add(SideProcess.Again(["side", workload.Name, $"{threads}"], threads));
            foreach (var peer in peers)
                theirs[peer].Add(peer.Time(workload, threads));
        }

        return new(workload.Name, threads, Median(ours), loss, [.. peers.Zip(losses, (peer, itsLoss) =>
        {
            double[] ratios = [.. ours.Zip(theirs[peer], (mine, other) => mine.seconds / other.seconds).Order()];
            return new PeerResult(peer, Median(theirs[peer]), itsLoss, ratios[pairs / 2], ratios[0], ratios[^1]);
        })]);
    }

    // All sides compute the same, or there is nothing to compare.
    private static (double? Ours, double[] Theirs) Losses(Workload workload, IReadOnlyList<Peer> peers)
    {
        var file = Path.GetTempFileName();
        try
        {
            var ours = SideProcess.Again(["check", workload.Name, file], 1).loss;
            return (ours, [.. peers.Select(peer =>
            {
                var theirs = peer.Check(workload, file).loss;
                return Math.Abs(ours - theirs) <= Allowed * Math.Abs(theirs) ? theirs : throw new InvalidOperationException(
                    $"{workload.Name}: the losses for the same weights and data differ, {ours} against {peer.Name}'s {theirs}: no ratio.");
            })]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Side Median(List<Side> sides)
    {
        return new(
            Of(side => side.seconds), Of(side => side.peak_mib), Of(side => side.loss), Of(side => side.first), Of(side => side.allocated));

        double Of(Func<Side, double> value) => sides.Select(value).Order().ElementAt(sides.Count / 2);
    }
}
