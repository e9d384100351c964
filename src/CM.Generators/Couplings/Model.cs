using CM.Generators.Shapes;
using CM.Generators.Values;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Couplings;

/// <summary>The experiment's model, not differentiated.</summary>
internal sealed class Model : PartKind
{
    public override bool IsNamed => true;

    public override string Describe(LayerPlan part) => WeightsOf(part) switch
    {
        ModelWeights.Ema => "Model, averaged weights",
        ModelWeights.Frozen => "Model, weights of a finished run",
        _ => "Model, weights as they are trained",
    };

    public override BlockContract? Contract(LayerPlan part, Shape data) => Takes(part, [data, PerSample], data);

    public override ModelWeights? WeightsOf(LayerPlan part) => Enum.TryParse<ModelWeights>(part.Text("weights"), out var weights) ? weights : ModelWeights.Student;

    public override IEnumerable<PartModule> Modules(IEnumerable<LayerPlan> parts, CouplingCode code, string weights)
    {
        foreach (var part in parts)
            yield return Made(code.Field(part), WeightsOf(part) switch { ModelWeights.Ema => "Averages[0].Weights", ModelWeights.Frozen => "Frozen", _ => weights });
        if (code.Frame.FirstStageBelow is not null)
            yield return Made(CouplingCode.FirstPredictor, "Frozen");

        PartModule Made(string field, string store) => new(code.Frame.ModelType, field, $"new {code.Frame.ModelType}({code.In(store)})");
    }

    public override string Write(LayerStep step, CouplingCode code) => $"Predict({code.Field(step.Layer)}, {string.Join(", ", step.Inputs.Select(code.Of))})";

    public override void WriteMethods(IReadOnlyCollection<LayerPlan> parts, CouplingCode code)
    {
        var (frame, writer) = (code.Frame, code.Writer);
        var (labels, reachesData) = (frame.ModelTakesLabels ? "labels" : "null", frame.Times.ReachesData);
        var first = frame.FirstStageBelow is { } start ? $"; of the first stage below t' = {Number(start)}" : "";
        writer.Line($"// f(x, t), never differentiated{first}{(reachesData ? "; x itself where t = 0" : "")}.");
        using (writer.Braces($"private Tensor Predict({frame.ModelType} model, Tensor x, Tensor t{frame.OfModel(", Tensor labels")})"))
        {
            writer.Line("using var frozen = no_grad();");
            writer.Line("using var _ = NewDisposeScope();");
            if (first.Length > 0)
            {
                writer.Line($"return Piecewise({CouplingCode.FirstPredictor}, model, x, t, {labels}).MoveToOuterDisposeScope();");
            }
            else if (reachesData)
            {
                writer.Line("var positive = t.gt(0);");
                writer.Line($"var denoised = Denoise(model, x, where(positive, t, ones_like(t)), {labels});");
                writer.Line($"return where(positive.view(-1{frame.Ones}), denoised, x).MoveToOuterDisposeScope();");
            }
            else
            {
                writer.Line($"return Denoise(model, x, t, {labels}).MoveToOuterDisposeScope();");
            }
        }

        writer.Line();
    }
}
