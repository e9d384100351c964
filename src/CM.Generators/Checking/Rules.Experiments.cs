using Microsoft.CodeAnalysis;

namespace CM.Generators.Checking;

internal static partial class Rules
{
    private static DiagnosticDescriptor[] ExperimentRules =>
    [
        Error("CM3001", "CM.Couplings", "Coupling that is not supported",
            "'{0}' cannot be used here: couplings other than Independent are not part of this version",
            "Independent leaves data and noise as they are drawn."),
        Error("CM5001", "CM.Experiments", "Experiment that cannot be completed",
            "'{0}' must be a partial record, so that its training can be added; write 'partial record {0}'",
            "The generator adds the plan, the training step and the sampler as another part of the record."),
        Error("CM5002", "CM.Experiments", "Missing part of an experiment",
            "'{0}' says nothing about its {1}; add {2} here or on a record it derives from",
            "An experiment names its data, model, coupling, times, loss, optimiser and sampling times, and how many steps of which batch it takes."),
        Error("CM5003", "CM.Experiments", "Part that is named twice",
            "'{0}' names its {1} twice; keep one",
            "A record names each part of an experiment once. To vary it, derive another record that names only what differs."),
        Error("CM5004", "CM.Experiments", "Type that does not fit its part",
            "'{0}' cannot be the {1} of an experiment: {2}",
            "Data carry a shape, a model is a network without parameters of its own, times are a time schedule, a coupling is a coupling."),
        Error("CM5005", "CM.Experiments", "Data that do not fit the model",
            "'{0}' gives {1} but '{2}' takes {3}: {4}",
            "The shape of an example, with the batch before it, is the shape of the model's first input."),
        Error("CM5006", "CM.Experiments", "Model whose output differs from its input",
            "'{0}' gives {1} but must give {2}, the shape of its first input",
            "The model of an experiment turns noisy data into data."),
        Error("CM5007", "CM.Experiments", "Model without a noise level",
            "'{0}' takes {1}, but the model of an experiment takes two inputs: the noisy data and the noise level [B]",
            "The second input of the model is a quarter of the logarithm of the time, one number per sample."),
        Error("CM5008", "CM.Experiments", "Number out of range",
            "{0} is {1} but must be {2}",
            "Numbers of an experiment are checked where they are written."),
        Error("CM5009", "CM.Experiments", "Sampling times",
            "In this experiment {0}",
            "Samples are made from pure noise at the first time and then refined at smaller ones, all of them times that the model was trained for."),
    ];
}
