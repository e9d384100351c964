using Microsoft.CodeAnalysis;

namespace CM.Generators.Diagnostics;

internal static partial class Rules
{
    private static readonly DiagnosticDescriptor CM5001 = new(
        "CM5001", "Experiment that cannot be completed",
        "'{0}' must be a partial record, so that its training can be added; write 'partial record {0}'",
        "CM.Experiments", DiagnosticSeverity.Error, true,
        "The generator adds the plan, the training step and the sampler as another part of the record.",
        Pages + "CM5001.md");

    private static readonly DiagnosticDescriptor CM5002 = new(
        "CM5002", "Missing part of an experiment",
        "'{0}' says nothing about its {1}; add {2} here or on a record it derives from",
        "CM.Experiments", DiagnosticSeverity.Error, true,
        "An experiment names its data, model, coupling, times, loss, optimiser and sampling times, and how many steps of which batch it takes.",
        Pages + "CM5002.md");

    private static readonly DiagnosticDescriptor CM5003 = new(
        "CM5003", "Part that is named twice",
        "'{0}' names its {1} twice; keep one",
        "CM.Experiments", DiagnosticSeverity.Error, true,
        "A record names each part of an experiment once. To vary it, derive another record that names only what differs.",
        Pages + "CM5003.md");

    private static readonly DiagnosticDescriptor CM5004 = new(
        "CM5004", "Type that does not fit its part",
        "'{0}' cannot be the {1} of an experiment: {2}",
        "CM.Experiments", DiagnosticSeverity.Error, true,
        "Data carry a shape, a model is a network without parameters of its own, times are a time schedule, a coupling is a coupling.",
        Pages + "CM5004.md");

    private static readonly DiagnosticDescriptor CM5005 = new(
        "CM5005", "Data that do not fit the model",
        "'{0}' gives {1} but '{2}' takes {3}: {4}",
        "CM.Experiments", DiagnosticSeverity.Error, true,
        "The shape of an example, with the batch before it, is the shape of the model's first input.",
        Pages + "CM5005.md");

    private static readonly DiagnosticDescriptor CM5006 = new(
        "CM5006", "Model whose output differs from its input",
        "'{0}' gives {1} but must give {2}, the shape of its first input",
        "CM.Experiments", DiagnosticSeverity.Error, true,
        "The model of an experiment turns noisy data into data.",
        Pages + "CM5006.md");

    private static readonly DiagnosticDescriptor CM5007 = new(
        "CM5007", "Model without a noise level",
        "'{0}' takes {1}, but the model of an experiment takes the noisy data, the noise level [B] and, if it knows classes, their labels [B, N]",
        "CM.Experiments", DiagnosticSeverity.Error, true,
        "The second input of the model is a quarter of the logarithm of the time, one number per sample; a third one is the one-hot labels.",
        Pages + "CM5007.md");

    private static readonly DiagnosticDescriptor CM5008 = new(
        "CM5008", "Number out of range",
        "{0} is {1} but must be {2}",
        "CM.Experiments", DiagnosticSeverity.Error, true,
        "Numbers of an experiment are checked where they are written.",
        Pages + "CM5008.md");

    private static readonly DiagnosticDescriptor CM5009 = new(
        "CM5009", "Sampling times",
        "In this experiment {0}",
        "CM.Experiments", DiagnosticSeverity.Error, true,
        "Samples are made from pure noise at the first time and then refined at smaller ones, all of them times that the model was trained for.",
        Pages + "CM5009.md");

    private static readonly DiagnosticDescriptor CM5010 = new(
        "CM5010", "Run that cannot be used",
        "'{0}' cannot use a run of '{1}': {2}",
        "CM.Experiments", DiagnosticSeverity.Error, true,
        "Weights come from a run of another experiment with the same model.",
        Pages + "CM5010.md");

    private static readonly DiagnosticDescriptor CM5011 = new(
        "CM5011", "Truncation that does not fit",
        "'{0}' cannot be truncated: {1}",
        "CM.Experiments", DiagnosticSeverity.Error, true,
        "The second stage of a truncated consistency model needs the weights of the first, and continuous times drawn above t' alone, where f(x, t') is not x.",
        Pages + "CM5011.md");

    private static readonly DiagnosticDescriptor CM5012 = new(
        "CM5012", "Training beyond its budget",
        "'{0}' takes at least {1} GiB of memory but has {2}: {3}; {4}",
        "CM.Experiments", DiagnosticSeverity.Warning, true,
        "Weights, gradients, moments, averages and what the forward pass of the batch keeps are held against [MemoryBudget].",
        Pages + "CM5012.md");

    private static readonly DiagnosticDescriptor CM5013 = new(
        "CM5013", "Labels that the data do not have",
        "'{0}' takes {1}, but '{2}' has {3}",
        "CM.Experiments", DiagnosticSeverity.Error, true,
        "The labels of a model or a coupling are those of the data: as many classes as [Classes] says.",
        Pages + "CM5013.md");

    private static readonly DiagnosticDescriptor CM5014 = new(
        "CM5014", "Parts that mean nothing together",
        "'{0}' and {1} do not go together: {2}",
        "CM.Experiments", DiagnosticSeverity.Error, true,
        "Each part is right by itself, but what they would train together is nothing, or falls together to one point.",
        Pages + "CM5014.md");

    private static readonly DiagnosticDescriptor CM5015 = new(
        "CM5015", "Setting without its effect",
        "In '{0}' {1}",
        "CM.Experiments", DiagnosticSeverity.Warning, true,
        "The experiment runs, but this part of it does nothing, or not what it says.",
        Pages + "CM5015.md");

    private static readonly DiagnosticDescriptor CM5016 = new(
        "CM5016", "Distillation that does not fit",
        "'{0}' cannot be distilled: {1}",
        "CM.Experiments", DiagnosticSeverity.Error, true,
        "Consistency distillation takes its paths from the frozen weights of a diffusion model with variance-exploding noise.",
        Pages + "CM5016.md");

    private static DiagnosticDescriptor[] ExperimentRules =>
    [
        CM5001, CM5002, CM5003, CM5004, CM5005, CM5006, CM5007,
        CM5008, CM5009, CM5010, CM5011, CM5012, CM5013, CM5014, CM5015, CM5016,
    ];
}
