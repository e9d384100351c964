using CM.Generators.Diagnostics;
using CM.Generators.Shapes;
using CM.Generators.Values;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Couplings;

/// <summary>A regularization that keeps a mean and a standard deviation near those of N(0, 1).</summary>
internal abstract class NormalPenalty : PartKind
{
    public override bool MeasuresNetworks => true;

    // Its weight may depend on the step of the training.
    public override bool PassesRows => false;

    /// <summary>The distance in words, such as <c>KL</c>.</summary>
    protected abstract string Title { get; }

    /// <summary>The formula, for a comment.</summary>
    protected abstract string Formula { get; }

    public override string Describe(LayerPlan part) =>
        $"{Title} to N(0, 1), weight {Number(Weight(part))}{(IsConstant(part) ? "" : ", times the weight of the last interval")}";

    public override BlockContract? Contract(LayerPlan part, Shape data) => Takes(part, [data, data], PerSample);

    public override Finding? Validate(LayerPlan part) =>
        Weight(part) >= 0 ? null : new Finding("CM1008", part.SiteOf("weight"), part.Name, "weight", "0 or more");

    public override string Write(LayerStep step, CouplingCode code) =>
        $"{(IsConstant(step.Layer) ? Number(Weight(step.Layer)) : $"{step.Layer.Name}Weight()")} * {Name}({string.Join(", ", step.Inputs.Select(code.Of))})";

    public override void WriteMethods(IReadOnlyCollection<LayerPlan> parts, CouplingCode code)
    {
        foreach (var part in parts.Where(part => !IsConstant(part)))
            WriteWeight(part, code);
        code.Writer.Line($"// {Formula}");
        using (code.Writer.Braces($"private static Tensor {Name}(Tensor mean, Tensor deviation)"))
        {
            code.Writer.Line("using var _ = NewDisposeScope();");
            WriteDistance(code);
        }

        code.Writer.Line();
    }

    /// <summary>Writes the statements of the distance of <c>mean</c> and <c>deviation</c>, <c>[B]</c>.</summary>
    protected abstract void WriteDistance(CouplingCode code);

    private static void WriteWeight(LayerPlan part, CouplingCode code)
    {
        var (times, beta) = (code.Frame.Times, Number(Weight(part)));
        code.Writer.Line($"// {beta}·Weight(t, r) of the {(times.IsContinuous ? "largest time and the one before it" : "last interval of the grid")}: the regularization keeps pace with the loss.");
        using (code.Writer.Braces($"private double {part.Name}Weight()"))
        {
            if (times.IsContinuous)
            {
                code.Writer.Line($"const double T = {Number(times.To)};");
                code.Writer.Line($"var r = {times.Code}.TeacherTime(T, {(times.HasStage ? $"{times.Code}.Stage((double)CurrentStep / Setup.Steps)" : "0")});");
                code.Writer.Line($"return {beta} {(times.HasWeight ? $"* {times.Code}.Weight(T, r)" : "/ (T - r)")};");
            }
            else
            {
                code.Writer.Line($"var intervals = {times.Code}.Intervals(CurrentStep, Setup.Steps);");
                code.Writer.Line($"var (t, r) = ({times.Code}.Discretization(1), {times.Code}.Discretization((intervals - 1.0) / intervals));");
                code.Writer.Line($"return {beta} {(times.HasWeight ? $"* {times.Code}.Weight(t, r)" : "/ (t - r)")};");
            }
        }

        code.Writer.Line();
    }

    private static double Weight(LayerPlan part) => part.Number("weight", 0);

    private static bool IsConstant(LayerPlan part) => part.Flag("constant", false);
}
