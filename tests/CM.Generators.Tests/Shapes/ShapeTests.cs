using CM.Generators.Shapes;

namespace CM.Generators.Tests;

public sealed class ShapeTests
{
    [Theory]
    [InlineData("2*Width", "2*Width")]
    [InlineData("Width + Width", "2*Width")]
    [InlineData("(H + 1) / 2", "(H+1)/2")]
    [InlineData("4*C/2 - C", "C")]
    [InlineData("(2*H + 1) / 2", "H")]
    [InlineData("H/2/2", "H/4")]
    [InlineData("A*B*2", "2*A*B")]
    [InlineData("3 + C - 3", "C")]
    public void Terms_have_one_form(string written, string normal)
    {
        DimText.TryParse(written, out var dim).ShouldBeTrue();
        dim.ToString().ShouldBe(normal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2**C")]
    [InlineData("C/0")]
    [InlineData("C/H")]
    [InlineData("(C")]
    [InlineData("C)")]
    [InlineData("99999999999999999999")]
    public void Nonsense_is_no_term(string written) => DimText.TryParse(written, out _).ShouldBeFalse();

    /// <summary>The algebra agrees with whole-number arithmetic on every assignment.</summary>
    [Fact]
    public void Terms_compute_what_they_say()
    {
        string[] terms = ["2*H+1", "H/2", "(H+1)/2", "(3*H+W)/4", "H*W", "(H/2+3)/2", "H*(W+1)/2", "(H+W)/2*2", "H/2*2", "H/2*(W/3)", "3*(H*W/2/2)"];
        Func<long, long, long>[] truth =
        [
            (h, w) => 2 * h + 1, (h, w) => h / 2, (h, w) => (h + 1) / 2, (h, w) => (3 * h + w) / 4, (h, w) => h * w,
            (h, w) => (h / 2 + 3) / 2, (h, w) => h * (w + 1) / 2, (h, w) => (h + w) / 2 * 2,
            (h, w) => h / 2 * 2, (h, w) => h / 2 * (w / 3), (h, w) => 3 * (h * w / 2 / 2),
        ];
        for (var i = 0; i < terms.Length; i++)
        {
            DimText.TryParse(terms[i], out var dim).ShouldBeTrue();
            for (long h = 1; h < 20; h++)
            {
                for (long w = 1; w < 20; w++)
                {
                    dim.At(name => name == "H" ? h : w).ShouldBe(truth[i](h, w), $"{terms[i]} at H={h}, W={w}");
                    dim.With(new Dictionary<string, Dim> { ["H"] = h, ["W"] = w }).Value.ShouldBe(truth[i](h, w));
                }
            }

            DimText.TryParse(dim.ToString(), out var again).ShouldBeTrue();
            again.ShouldBe(dim, $"'{dim}' is read as it is written");
        }
    }

    [Theory]
    [InlineData("C", "C", "Always", 1)]
    [InlineData("2*C", "C", "Never", 1)]
    [InlineData("64", "Width", "Never", 1)]
    [InlineData("H/2*2", "H", "OnlyIf", 2)]
    [InlineData("(H+1)/2", "H/2", "OnlyIf", 2)]
    [InlineData("H/2/2*4", "H", "OnlyIf", 4)]
    [InlineData("(H-1)/2+1", "(H+1)/2", "Always", 1)]
    [InlineData("(H+W)/2*2", "H+W", "OnlyIf", 2)]
    [InlineData("H/3*3", "H", "OnlyIf", 3)]
    [InlineData("H/2/3*6", "H", "OnlyIf", 6)]
    [InlineData("32", "32", "Always", 1)]
    [InlineData("32", "30", "Never", 1)]
    public void Comparison_tells_certain_from_conditional(string left, string right, string verdict, long divisor)
    {
        DimText.TryParse(left, out var a).ShouldBeTrue();
        DimText.TryParse(right, out var b).ShouldBeTrue();
        var fit = Fit.Of(a, b);
        fit.Verdict.ToString().ShouldBe(verdict);
        fit.Divisor.ShouldBe(divisor);
        Fit.Of(b, a).Verdict.ShouldBe(fit.Verdict);
    }

    [Theory]
    [InlineData("4", "8*H", "Always", 1)]
    [InlineData("4", "2*H", "OnlyIf", 2)]
    [InlineData("4", "H", "OnlyIf", 4)]
    [InlineData("6", "3*H*W", "OnlyIf", 2)]
    [InlineData("G", "2*G*C", "Always", 1)]
    [InlineData("G", "C", "OnlyIf", 0)]
    [InlineData("4", "6", "Never", 1)]
    [InlineData("0", "6", "Never", 1)]
    public void Division_tells_certain_from_conditional(string divisor, string size, string verdict, long factor)
    {
        DimText.TryParse(divisor, out var a).ShouldBeTrue();
        DimText.TryParse(size, out var b).ShouldBeTrue();
        var fit = Fit.Divides(a, b);
        fit.Verdict.ToString().ShouldBe(verdict);
        fit.Divisor.ShouldBe(factor);
    }

    [Fact]
    public void What_is_unknown_stays_silent() => Fit.Of(Dim.Unknown, 3).Verdict.ShouldBe(FitVerdict.Unknown);
}
