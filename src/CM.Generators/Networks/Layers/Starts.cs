using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.Layers;

/// <summary>The distributions of <c>Init</c> as C#.</summary>
internal static class Starts
{
    public static void Validate(LayerPlan layer, LayerCheck check)
    {
        foreach (var gain in new[] { "initWeight", "initBias", "projectionInitWeight", "projectionInitBias" })
            check.Range(gain, layer.Number(gain, 1) is >= 0 and < double.PositiveInfinity, "0 or more");
    }

    /// <param name="layer">Layer whose weights are initialized.</param>
    /// <param name="fanIn">Numbers that an output is made of.</param>
    /// <param name="fanOut">Numbers that an input goes into.</param>
    /// <param name="gain">The argument that multiplies them.</param>
    public static string Weight(LayerPlan layer, Dim fanIn, Dim fanOut, string gain = "initWeight") => Law(layer, layer.Number(gain, 1), fanIn, fanOut);

    /// <summary>Likewise for biases; a gain of its own falls back on that of all biases.</summary>
    public static string Bias(LayerPlan layer, Dim fanIn, Dim fanOut, string gain = "initBias") =>
        Law(layer, layer.Number(gain, layer.Number("initBias", IsPyTorch(layer) ? 1 : 0)), fanIn, fanOut);

    public static bool IsPyTorch(LayerPlan layer) => layer.Text("init") is "" or "PyTorch";

    private static string Law(LayerPlan layer, double gain, Dim fanIn, Dim fanOut)
    {
        if (gain == 0)
            return "Initializer.Constant(0)";
        var (law, square, fan) = layer.Text("init") switch
        {
            "XavierUniform" => ("Uniform", 6, fanIn + fanOut),
            "XavierNormal" => ("Normal", 2, fanIn + fanOut),
            "KaimingUniform" => ("Uniform", 3, fanIn),
            "KaimingNormal" => ("Normal", 1, fanIn),
            _ => ("Uniform", 1, fanIn),
        };
        var size = gain * Math.Sqrt(square);
        return fan.Value is { } number
            ? $"Initializer.{law}({Literals.Number(size / Math.Sqrt(number))})"
            : $"Initializer.{law}({Literals.Number(size)} / Math.Sqrt({fan.ToCode()}))";
    }
}
