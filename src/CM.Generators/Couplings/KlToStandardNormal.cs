namespace CM.Generators.Couplings;

/// <summary>The regularization of a variational coupling.</summary>
internal sealed class KlToStandardNormal : NormalPenalty
{
    protected override string Title => "KL";

    protected override string Formula => "KL(N(mean, s²) ‖ N(0, 1)) = Σ ½(mean² + s² − 1) − ln s, with s = deviation + 10⁻⁸";

    protected override void WriteDistance(CouplingCode code)
    {
        code.Writer.Line("var s = deviation + 1e-8;");
        code.Writer.Line($"return (0.5 * (mean.square() + s.square() - 1) - s.log()){code.Frame.Flattened}.sum(1).MoveToOuterDisposeScope();");
    }
}
