namespace CM.Generators.Couplings;

/// <summary>A regularization of a variational coupling that is finite where the standard deviation is 0.</summary>
internal sealed class WassersteinToStandardNormal : NormalPenalty
{
    protected override string Title => "W₂²";

    protected override string Formula => "W₂²(N(mean, s²), N(0, 1)) = Σ mean² + (s − 1)², with s = deviation (Dowson and Landau 1982)";

    protected override void WriteDistance(CouplingCode code) =>
        code.Writer.Line($"return (mean.square() + (deviation - 1).square()){code.Frame.Flattened}.sum(1).MoveToOuterDisposeScope();");
}
