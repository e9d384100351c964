using System.CommandLine;

namespace CM.Cli;

/// <summary><c>train NAME</c>: trains an experiment, or goes on with a run.</summary>
internal static class TrainCommand
{
    public static Command New(Session session)
    {
        var name = new Argument<string>("NAME") { Description = "An experiment." };
        var steps = new Option<int?>("--steps")
        {
            Description = "Optimiser steps in all. Default: as declared, or as the run that is resumed.",
            HelpName = "N",
        };
        var batch = new Option<int?>("--batch") { Description = "Examples in a step. Default: as declared.", HelpName = "N" };
        var seed = Options.Seed();
        var data = Options.Data();
        var target = new Option<string?>("--out")
        {
            Description = "Folder of the new run. Default: runs/NAME-date-time.",
            HelpName = "DIR",
        };
        var device = Options.Device();
        var threads = Options.Threads();
        var resume = new Option<string?>("--resume") { Description = "Folder of a run to go on with.", HelpName = "RUN" };
        var origin = new Option<string?>("--from")
        {
            Description = "Folder of the run whose weights the experiment takes. Default: "
                + "the newest finished run of the experiment that it names.",
            HelpName = "RUN",
        };
        var weights = new Option<string?>("--weights")
        {
            Description = "File of weights to start from: safetensors, PyTorch's or EDM's.",
            HelpName = "FILE",
        };
        var fork = new Option<string?>("--fork")
        {
            Description = "Folder of a run whose weights a new run starts from, whatever else was declared then.",
            HelpName = "RUN",
        };
        var keep = new Option<int?>("--keep")
        {
            Description = "How many of the newest checkpoints stay, beside the best. Default: 3.",
            HelpName = "N",
        };
        var part = new Option<int?>("--micro-batch")
        {
            Description = "Examples that are trained on at once; the gradients of a batch are added up. Default: all of a batch.",
            HelpName = "N",
        };
        var processes = new Option<int?>("--procs")
        {
            Description = "Processes that share each batch; this version trains with 1.",
            HelpName = "N",
        };
        var dry = new Option<bool>("--dry-run")
        {
            Description = "Take two steps on random data, with a batch of 2 unless --batch is given, "
                + "and tell time and memory. Writes nothing.",
        };
        var json = Options.Json();
        var command = new Command("train", "Train an experiment.")
        {
            name, steps, batch, seed, data, target, device, threads, resume, origin, weights, fork, keep, part, processes, dry, json,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(dry))
            {
                LibTorch.UseThreads(parsed.GetValue(threads));
                var where = LibTorch.DeviceOf(parsed.GetValue(device));
                var tried = session.Experiment(parsed.GetRequiredValue(name));
                DryRun.Run(session, tried, parsed.GetValue(batch), parsed.GetValue(part), where, parsed.GetValue(json));
                return 0;
            }
            if (parsed.GetValue(processes) is not (null or 1) and var count)
                throw new UserError($"--procs {count}: this version trains in one process; leave --procs out.");

            var request = new TrainRequest
            {
                Experiment = session.Experiment(parsed.GetRequiredValue(name)),
                Steps = parsed.GetValue(steps),
                Batch = parsed.GetValue(batch),
                Seed = parsed.GetValue(seed),
                Data = parsed.GetValue(data),
                Out = parsed.GetValue(target),
                Device = parsed.GetValue(device),
                Threads = parsed.GetValue(threads),
                Resume = parsed.GetValue(resume),
                Weights = parsed.GetValue(weights),
                Fork = parsed.GetValue(fork),
                Keep = parsed.GetValue(keep),
                From = parsed.GetValue(origin),
                MicroBatch = parsed.GetValue(part),
            };
            request.Run(session.Display(parsed.GetValue(json)));
            return 0;
        });
        return command;
    }
}
