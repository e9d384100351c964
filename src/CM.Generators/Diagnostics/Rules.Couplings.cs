using Microsoft.CodeAnalysis;

namespace CM.Generators.Diagnostics;

internal static partial class Rules
{
    private static readonly DiagnosticDescriptor CM3001 = new(
        "CM3001", "Coupling without Couple",
        "'{0}' does not say how data and noise meet; give it 'private Pair Couple(Value data, Value noise)', followed by 'TimePair times' if it needs them and by 'Value labels' if a network takes them",
        "CM.Couplings", DiagnosticSeverity.Error, true,
        "Couple takes the data, the noise and, if it needs them, the times and the labels, and returns the two ends of the paths.",
        Pages + "CM3001.md");

    private static readonly DiagnosticDescriptor CM3002 = new(
        "CM3002", "Coupling that is not partial",
        "'{0}' must be a partial record, so that its parts can be implemented; write 'partial record {0}'",
        "CM.Couplings", DiagnosticSeverity.Error, true,
        "The generator implements the parts of a coupling in another part of the record.",
        Pages + "CM3002.md");

    private static readonly DiagnosticDescriptor CM3003 = new(
        "CM3003", "Ends of a pair",
        "The {0} of the pair is {1} but must be {2}",
        "CM.Couplings", DiagnosticSeverity.Error, true,
        "Both ends of a pair have the shape of the data; a regularization is a number per sample.",
        Pages + "CM3003.md");

    private static readonly DiagnosticDescriptor CM3004 = new(
        "CM3004", "Layer in the wrong kind of record",
        "'{0}' cannot stand here: {1}",
        "CM.Couplings", DiagnosticSeverity.Error, true,
        "A coupling has networks as blocks, [KlToStandardNormal], [Model] and [Bernoulli]; a network has layers and blocks.",
        Pages + "CM3004.md");

    private static readonly DiagnosticDescriptor CM3005 = new(
        "CM3005", "Coupling that does not fit the experiment",
        "'{0}' does not fit this experiment: {1}",
        "CM.Couplings", DiagnosticSeverity.Error, true,
        "A coupling is checked again with the data, the model and the averages of every experiment that uses it.",
        Pages + "CM3005.md");

    private static readonly DiagnosticDescriptor CM3006 = new(
        "CM3006", "End of a pair that comes from nowhere",
        "The {0} of the pair does not depend on the {1}, so the model would never see {1}; a pair is new(data, noise), or what is made of them",
        "CM.Couplings", DiagnosticSeverity.Error, true,
        "Paths run from data to noise, so the data end is made of data and the noise end of noise.",
        Pages + "CM3006.md");

    private static readonly DiagnosticDescriptor CM3007 = new(
        "CM3007", "Regularization on what nothing trains",
        "'{0}' measures what no network makes, so its regularization is the same whatever is trained; give it the mean and the deviation of a [Block<TEncoder>]",
        "CM.Couplings", DiagnosticSeverity.Error, true,
        "The regularization of a variational coupling keeps an encoder's noise standard normal.",
        Pages + "CM3007.md");

    private static readonly DiagnosticDescriptor CM3008 = new(
        "CM3008", "Noise that nothing keeps standard normal",
        "A trained network changes '{0}', and nothing keeps it standard normal, which is what sampling starts from; add a Regularization, such as that of [KlToStandardNormal(weight)]",
        "CM.Couplings", DiagnosticSeverity.Warning, true,
        "Without a regularization an encoder makes the noise whatever is easiest to denoise.",
        Pages + "CM3008.md");

    private static DiagnosticDescriptor[] CouplingRules => [CM3001, CM3002, CM3003, CM3004, CM3005, CM3006, CM3007, CM3008];
}
